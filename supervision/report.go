package supervision

// OpReportProgress is the seller's: see [ReportProgress] (R06).
const OpReportProgress Operation = "report_progress"

// ReportProgress tells the buyer how the work goes and begins the seller's
// silence anew (R06, R09). It is the seller's.
type ReportProgress struct {
	// Text is mandatory.
	Text string `json:"text"`
}

// Operation returns OpReportProgress.
func (ReportProgress) Operation() Operation { return OpReportProgress }

func (a ReportProgress) check(_ command, f faults) (Action, faults) {
	a.Text = f.text("text", a.Text, true)
	return a, f
}

func (ReportProgress) inputs(command) []Input { return []Input{askText("text", true)} }

func (a ReportProgress) facts(f facts) facts { return f.text("text", a.Text) }
