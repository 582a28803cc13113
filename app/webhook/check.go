package webhook

// ownedRun is the part of a check run or check suite that tells whose it is.
type ownedRun struct {
	HeadSHA string `json:"head_sha"`
	App     struct {
		ID int64 `json:"id"`
	} `json:"app"`
}

// checkRun is the re-run button of one run, or a button that the app put there.
type checkRun struct {
	envelope
	CheckRun ownedRun `json:"check_run"`
}

// wanted: other apps' runs would cost a judgement each, and those the app creates
// itself would never end.
func (e *checkRun) wanted(a App) bool {
	return e.CheckRun.App.ID == a.ID && (e.Action == "rerequested" || e.Action == "requested_action")
}

func (e *checkRun) fill(in *Intake) error {
	in.due(e.CheckRun.HeadSHA, true)
	return commit("check_run.head_sha", e.CheckRun.HeadSHA)
}

// checkSuite is the button that runs all checks of the app again.
type checkSuite struct {
	envelope
	CheckSuite ownedRun `json:"check_suite"`
}

func (e *checkSuite) wanted(a App) bool {
	return e.CheckSuite.App.ID == a.ID && e.Action == "rerequested"
}

func (e *checkSuite) fill(in *Intake) error {
	in.due(e.CheckSuite.HeadSHA, true)
	return commit("check_suite.head_sha", e.CheckSuite.HeadSHA)
}
