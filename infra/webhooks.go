package main

import (
	"strings"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/keys"
	"github.com/techcommerce/platform/infra/workload"
	"github.com/techcommerce/platform/stacks"
)

// announce tells order-api who receives events, gives it the keys to sign them with, and opens the way there.
func announce(args *workload.Args, stack stacks.Stack, secrets *keys.Keys) {
	if len(stack.Webhooks) == 0 {
		return
	}
	var receivers []string
	for _, w := range stack.Webhooks {
		receivers = append(receivers, w.Name+"="+w.URL)
		args.Callees = append(args.Callees, outgoing(w)...)
	}
	args.Env[contract.EnvWebhooks] = strings.Join(receivers, " ")
	args.SecretEnv[contract.EnvWebhookKeys] = secrets.Refs[stacks.KeyName(contract.EnvWebhookKeys)]
}

// receiversOfEvents says where events are sent, by the webhooks' names.
func receiversOfEvents(stack stacks.Stack) map[string]string {
	origins := map[string]string{}
	for _, w := range stack.Webhooks {
		origins[w.Name] = w.Origin()
	}
	return origins
}
