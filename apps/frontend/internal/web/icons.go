package web

import (
	"embed"
	"fmt"
	"html/template"
	"strings"
)

// Icons are in the page itself rather than files of their own: they take the text's colour and cost no request.
//
//go:embed icons
var iconFiles embed.FS

// icon is the drawing of this name.
func icon(name string) (template.HTML, error) {
	content, err := iconFiles.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return "", fmt.Errorf("no icon %q", name)
	}
	// The drawings are part of this program; nothing of a visitor or a backend is in them.
	return template.HTML(strings.TrimSpace(string(content))), nil
}

// pictures are drawings for kinds of products, by words in their names.
var pictures = []struct{ word, icon string }{
	{"laptop", "laptop"}, {"notebook", "laptop"}, {"mouse", "mouse"}, {"keyboard", "keyboard"},
	{"monitor", "monitor"}, {"screen", "monitor"}, {"display", "monitor"}, {"headphone", "headphones"},
	{"headset", "headphones"}, {"earbud", "headphones"}, {"speaker", "speaker"}, {"phone", "phone"},
	{"tablet", "tablet"}, {"camera", "camera"}, {"webcam", "camera"}, {"cable", "cable"}, {"charger", "cable"},
	{"printer", "printer"}, {"cpu", "chip"}, {"processor", "chip"}, {"memory", "chip"}, {"ssd", "chip"},
}

// picture is the drawing that suits a product's name.
func picture(name string) string {
	name = strings.ToLower(name)
	for _, p := range pictures {
		if strings.Contains(name, p.word) {
			return p.icon
		}
	}
	return "box"
}

// hues is how many colours the style sheet has for pictures.
const hues = 6

func hue(id int64) int64 { return (id%hues + hues) % hues }
