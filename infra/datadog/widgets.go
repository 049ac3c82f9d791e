package datadog

// The widgets that are used, as the API writes them.
type (
	group struct {
		Type    string   `json:"type"`
		Layout  string   `json:"layout_type"`
		Title   string   `json:"title"`
		Widgets []widget `json:"widgets"`
	}

	timeseries struct {
		Type     string    `json:"type"`
		Title    string    `json:"title"`
		Requests []request `json:"requests"`
	}

	request struct {
		Format   string    `json:"response_format"`
		Display  string    `json:"display_type,omitempty"`
		Queries  []query   `json:"queries"`
		Formulas []formula `json:"formulas"`
	}

	query struct {
		Source string `json:"data_source"`
		Name   string `json:"name"`
		Query  string `json:"query"`
	}

	formula struct {
		Formula string `json:"formula"`
		Limit   *limit `json:"limit,omitempty"`
	}

	limit struct {
		Count int    `json:"count"`
		Order string `json:"order"`
	}

	logQuery struct {
		Source  string    `json:"data_source"`
		Name    string    `json:"name"`
		Indexes []string  `json:"indexes"`
		Search  search    `json:"search"`
		Compute compute   `json:"compute"`
		GroupBy []groupBy `json:"group_by"`
	}

	search struct {
		Query string `json:"query"`
	}

	compute struct {
		Aggregation string `json:"aggregation"`
	}

	groupBy struct {
		Facet string `json:"facet"`
		Limit int    `json:"limit"`
		Sort  struct {
			Aggregation string `json:"aggregation"`
			Order       string `json:"order"`
		} `json:"sort"`
	}

	toplist struct {
		Type     string       `json:"type"`
		Title    string       `json:"title"`
		Requests []logRequest `json:"requests"`
	}

	logRequest struct {
		Format   string     `json:"response_format"`
		Queries  []logQuery `json:"queries"`
		Formulas []formula  `json:"formulas"`
	}

	listStream struct {
		Type     string          `json:"type"`
		Title    string          `json:"title"`
		Requests []streamRequest `json:"requests"`
	}

	streamRequest struct {
		Format  string      `json:"response_format"`
		Columns []column    `json:"columns"`
		Query   streamQuery `json:"query"`
	}

	column struct {
		Field string `json:"field"`
		Width string `json:"width"`
	}

	streamQuery struct {
		Source  string   `json:"data_source"`
		Query   string   `json:"query_string"`
		Indexes []string `json:"indexes"`
	}

	objectiveWidget struct {
		Type    string   `json:"type"`
		ID      string   `json:"slo_id"`
		View    string   `json:"view_type"`
		Mode    string   `json:"view_mode"`
		Windows []string `json:"time_windows"`
		Budget  bool     `json:"show_error_budget"`
	}

	manage struct {
		Type          string `json:"type"`
		Title         string `json:"title"`
		Summary       string `json:"summary_type"`
		Query         string `json:"query"`
		Sort          string `json:"sort"`
		Format        string `json:"display_format"`
		Color         string `json:"color_preference"`
		ShowTriggered bool   `json:"show_last_triggered"`
	}
)

func section(title string, widgets ...widget) widget {
	return widget{group{Type: "group", Layout: "ordered", Title: title, Widgets: widgets}}
}

// graph draws a query over time.
func graph(title, text string) widget {
	return draw(title, "query1", text)
}

// share draws one query as percent of another.
func share(title, part, whole string) widget {
	return draw(title, "default_zero(query1) / query2 * 100", part, whole)
}

func draw(title, expression string, texts ...string) widget {
	r := request{Format: "timeseries", Display: "line", Formulas: []formula{{Formula: expression}}}
	for i, text := range texts {
		r.Queries = append(r.Queries, query{Source: "metrics", Name: "query" + string(rune('1'+i)), Query: text})
	}
	return widget{timeseries{Type: "timeseries", Title: title, Requests: []request{r}}}
}

// ranking counts lines by a facet, the most first.
func ranking(title, text, facet string) widget {
	by := groupBy{Facet: facet, Limit: 10}
	by.Sort.Aggregation, by.Sort.Order = "count", "desc"
	return widget{toplist{Type: "toplist", Title: title, Requests: []logRequest{{
		Format: "scalar",
		Queries: []logQuery{{
			Source: "logs", Name: "query1", Indexes: []string{"*"}, Search: search{text}, Compute: compute{"count"},
			GroupBy: []groupBy{by},
		}},
		Formulas: []formula{{Formula: "query1", Limit: &limit{Count: 10, Order: "desc"}}},
	}}}}
}

// stream shows the lines themselves.
func stream(title, text string) widget {
	return widget{listStream{Type: "list_stream", Title: title, Requests: []streamRequest{{
		Format: "event_list",
		Columns: []column{
			{"status_line", "auto"}, {"timestamp", "auto"}, {"service", "auto"}, {"content", "compact"},
		},
		Query: streamQuery{Source: "logs_stream", Query: text, Indexes: []string{}},
	}}}}
}
