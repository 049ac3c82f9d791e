package stacks

// Edge is the ways in from outside the cluster.
type Edge struct {
	// NodePort opens the frontend on this port of every node. Absent: closed.
	NodePort int `json:"nodePort,omitempty" min:"30000" max:"32767"`
	// Host is the node's name or address in URLs that are shown.
	Host string `json:"host,omitempty"`
}
