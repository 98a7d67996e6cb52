package query

func inputs(f fields) []string { return nil }

func evaluate(i int, q Question, answers []*answer) answer {
	t := q.Panel.Targets[i]
	return failed(t.RefID, Source{Name: "expression", Type: exprs}, "", &Absent{"an expression is not evaluated here", "write it in PromQL"})
}
