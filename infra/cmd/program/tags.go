package main

import (
	"debug/buildinfo"
	"fmt"
	"strings"
)

// tagsOf are the build constraints that a binary was built with.
func tagsOf(binary string) ([]string, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", binary, err)
	}
	for _, setting := range info.Settings {
		if setting.Key == "-tags" {
			return strings.Split(setting.Value, ","), nil
		}
	}
	return nil, nil
}
