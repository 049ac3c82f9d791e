package alerts

// These steps are in several runbooks. None leaves a change in the cluster that the next deployment trips over: what is
// declared is changed in the declaration, and what somebody changed by hand is given back to it.

// rollBack is the first way out of whatever began with a release. The command changes the declaration, too.
func rollBack() Step {
	return Step{
		Do: "It began with a release: roll back to the one before. This restores its code, images and settings, so the next " +
			"deployment starts from there.",
		Run: "make rollback STACK=$STACK",
	}
}

// revert gives a change made by hand back to the declaration.
func revert(what string) Step {
	return Step{
		Do:  what + ": this names who changed it and since when, and prints the command that reverts it.",
		Run: "make drift STACK=$STACK",
	}
}

// resize changes a size in the settings, which takes as long as a rollout and stays.
func resize(condition, setting string) Step {
	return Step{
		Do: condition + ": raise " + setting + " in `Pulumi.<stack>.yaml` and deploy. Do not use `kubectl scale`: the next " +
			"deployment would meet a field that somebody else owns.",
		Run: "make deploy STACK=$STACK",
	}
}
