package main

func Example() {
	main()
	// Output:
	// <form method="post">
	// <label>Seats *
	//   <input name="seats" value="fifty">
	//   <strong>give a whole number of at most 15 digits</strong>
	// </label>
	// <label>Region *
	//   <select name="region"><option value="eu">Europe</option><option value="ap">Asia Pacific</option></select>
	//   <strong>answer this field</strong>
	// </label>
	// <label>Notes
	//   <textarea name="notes">Call &lt;before&gt; noon.</textarea>
	//   <small>Anything we should know.</small>
	// </label>
	// <button>Submit request</button>
	// </form>
	// map[notes:Call <before> noon. region:eu seats:50] <nil>
}
