package view

import "supersonic/ui/payload"

func (m *maker) text() *payload.TextView {
	if m.options.text("renderMode", "") == "perRow" {
		m.warn("the text is written once, not for each row of data (renderMode)")
	}
	code := m.options.sub("code")
	return &payload.TextView{
		Mode: m.options.text("mode", "markdown"), Content: m.env.fill(m.options.text("content", "")),
		Language: code.text("language", "plaintext"), Numbered: code.flag("showLineNumbers", false), Options: m.panel.Options,
	}
}
