package simulation

import (
	"maps"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
)

const second = int64(1_000_000)

// policies are what orders go by: the presets, and ones so quick that clocks a
// few seconds apart matter.
var policies = func() (list []policy) {
	add := func(p model.Policy, unit int64) {
		list = append(list, policy{model: p, library: bridge.Policy(p), unit: unit})
	}
	auto := model.Guide()
	auto.Name, auto.AutoAccept = "auto", 4*model.Day
	free := model.Rules2025()
	free.Name, free.AutoAccept = "free", model.Day
	add(model.Guide(), 2*model.Day)
	add(auto, 2*model.Day)
	add(model.License(), model.Day)
	add(model.Hardware(), 2*model.Day)
	add(free, model.Day)
	// Clocks differ by less than what passes before a notice is due.
	telling := auto
	telling.Name, telling.Period = "telling", 40*model.Day
	telling.Tell = map[string]int64{"appeal_opens": model.Day, "completion": model.Hour, "auto_accept": 2 * model.Day,
		"blackout_begins": 5 * model.Day, "blackout_ends": 3 * model.Day, "reminder": -model.Hour,
		"ruling_overdue": -model.Day, "open_for": 20 * model.Day}
	add(telling, 2*model.Day)
	telling.AtEnd = "cancel"
	telling.Tell = maps.Clone(telling.Tell)
	delete(telling.Tell, "blackout_ends")
	telling.Tell["scheduled_end"], telling.Tell["reminder"] = 3*model.Day, 12*model.Hour
	add(telling, 2*model.Day)
	for _, autoAccept := range []int64{0, 2 * second, 8 * second} {
		quick := model.Guide()
		quick.Name, quick.AutoAccept = "quick", autoAccept
		quick.Completion, quick.Period, quick.Reminder = 3*second, 60*second, 2*second
		quick.Silence, quick.Blackout, quick.Handling, quick.Rejections = 5*second, 15*second, 3*second, 2
		quick.Negotiated = autoAccept > 0
		add(quick, 3*second)
		quick.AtEnd = []string{"accept", "cancel"}[autoAccept/(8*second)]
		add(quick, 3*second)
	}
	return list
}()
