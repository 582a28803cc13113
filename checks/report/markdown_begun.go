package report

// Begun is the summary of a run that has no verdict yet; reason is why earlier attempts
// came to no end, empty when there were none.
func Begun(reason string) string {
	text := "Reading the change. The verdict follows here.\n"
	if reason != "" {
		text += "\nEarlier attempts came to no end, and it is tried again. The last one: " + prose(reason, 400) + "\n"
	}
	return text
}
