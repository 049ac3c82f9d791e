package cluster

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// policyQueue is the netfilter queue that the network policy engine judges.
const policyQueue = "100"

// subnet is the /30 of the link between machine and node: .1 is the machine's end, .2 the node's address.
type subnet struct{ prefix netip.Prefix }

func (s subnet) machine() string { return s.prefix.Addr().Next().String() }
func (s subnet) node() string    { return s.prefix.Addr().Next().Next().String() }

// subnet returns the checkout's subnet: kept once chosen, because certificates name the node's address.
func (c Cluster) subnet() (subnet, error) {
	file := filepath.Join(c.Dir, "subnet")
	if text, err := os.ReadFile(file); err == nil {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(string(text)))
		if err != nil {
			return subnet{}, fmt.Errorf("%s: %w", file, err)
		}
		return subnet{prefix}, c.checkFree(prefix)
	}
	id, err := hex.DecodeString(c.id())
	if err != nil {
		return subnet{}, err
	}
	start := binary.BigEndian.Uint16(id)
	for try := range uint16(64) {
		prefix := candidate(start + try)
		if c.checkFree(prefix) != nil {
			continue
		}
		return subnet{prefix}, os.WriteFile(file, []byte(prefix.String()+"\n"), 0o644)
	}
	return subnet{}, &step.Problem{
		What: "no free /30 in 10.213.0.0/16 for the cluster's link",
		Mend: "`ip route` shows who uses that range; stop what is not needed any more.",
	}
}

// candidate is the n-th /30 of 10.213.0.0/16, wrapping round.
func candidate(n uint16) netip.Prefix {
	offset := n << 2
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 213, byte(offset >> 8), byte(offset)}), 30)
}

// checkFree reports a route of somebody else that overlaps the subnet.
func (c Cluster) checkFree(prefix netip.Prefix) error {
	output, err := exec.Command("ip", "-4", "-o", "route", "show").CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip route: %w: %s", err, output)
	}
	for route := range strings.Lines(string(output)) {
		fields := strings.Fields(route)
		if len(fields) == 0 || strings.Contains(route, " dev "+c.link()+" ") {
			continue
		}
		other, err := netip.ParsePrefix(fields[0])
		if err != nil || other.Bits() < 12 || !other.Overlaps(prefix) {
			continue
		}
		return &step.Problem{
			What: fmt.Sprintf("the cluster's subnet %s is in use: %s", prefix, strings.TrimSpace(route)),
			Mend: "Remove that route, or `make down` and `make up` for a cluster with another subnet.",
		}
	}
	return nil
}

// connect makes the link and gives its inner end to the node's network namespace.
func (c Cluster) connect(net subnet, node int) error {
	link := c.link()
	return commands(
		[]string{"ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", fmt.Sprint(node)},
		[]string{"ip", "addr", "add", net.machine() + "/30", "dev", link},
		[]string{"ip", "link", "set", link, "up"},
	)
}

// configureNode sets up the inside of the node's network namespace. New connections that it forwards or that its pods
// open to itself are judged by the policy engine; without the engine they are dropped. What the node itself sends (the
// kubelet's probes) is not.
func configureNode(net subnet) error {
	err := commands(
		[]string{"ip", "link", "set", "lo", "up"},
		[]string{"ip", "addr", "add", net.node() + "/30", "dev", "eth0"},
		[]string{"ip", "link", "set", "eth0", "up"},
		[]string{"ip", "route", "add", "default", "via", net.machine()},
		[]string{"iptables", "-w", "-t", "mangle", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "NEW",
			"-j", "NFQUEUE", "--queue-num", policyQueue},
		[]string{"iptables", "-w", "-t", "mangle", "-A", "INPUT", "-i", "cni0", "-m", "conntrack", "--ctstate", "NEW",
			"-j", "NFQUEUE", "--queue-num", policyQueue},
	)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"net/ipv4/ip_forward":                "1",
		"net/bridge/bridge-nf-call-iptables": "1",
	} {
		if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0o644); err != nil {
			return fmt.Errorf("sysctl %s: %w (is the kernel's br_netfilter module there?)", name, err)
		}
	}
	return nil
}

func commands(lines ...[]string) error {
	for _, line := range lines {
		if output, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(line, " "), err, strings.TrimSpace(string(output)))
		}
	}
	return nil
}
