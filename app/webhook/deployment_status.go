package webhook

type deploymentStatus struct {
	envelope
	DeploymentStatus struct {
		State string `json:"state"`
	} `json:"deployment_status"`
}

// wanted: only what was deployed to its end is running.
func (e *deploymentStatus) wanted(App) bool { return e.DeploymentStatus.State == "success" }

func (e *deploymentStatus) fill(in *Intake) error {
	in.Deployed = true
	return nil
}
