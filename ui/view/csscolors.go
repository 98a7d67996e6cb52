package view

import "strings"

// cssColor is a colour by its name in CSS as #rrggbb, "" if there is none.
func cssColor(name string) string {
	const list = "aqua 00ffff blue 0000ff brown a52a2a crimson dc143c cyan 00ffff darkblue 00008b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkorange ff8c00 darkred 8b0000 " +
		"fuchsia ff00ff gold ffd700 gray 808080 green 008000 grey 808080 indigo 4b0082 khaki f0e68c lightblue add8e6 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lime 00ff00 " +
		"magenta ff00ff maroon 800000 navy 000080 olive 808000 orange ffa500 orchid da70d6 pink ffc0cb plum dda0dd purple 800080 red ff0000 salmon fa8072 silver c0c0c0 skyblue 87ceeb " +
		"steelblue 4682b4 teal 008080 tomato ff6347 turquoise 40e0d0 violet ee82ee yellow ffff00"
	f := strings.Fields(list)
	for i := 0; i < len(f); i += 2 {
		if strings.EqualFold(f[i], name) {
			return "#" + f[i+1]
		}
	}
	return ""
}
