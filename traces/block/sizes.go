package block

// Size is how many bytes of the files something has.
type Size struct {
	Name  string
	Bytes int64
}

// Sizes tells where the bytes of the files are: by column, headers of pages
// included, and what is beside the columns.
func (b *Block) Sizes() []Size {
	out := []Size{
		{"index: head", b.ix.bounds.at}, {"index: bounds", b.ix.bounds.size}, {"index: ids", b.ix.table.size + 4},
		{"footer", b.ix.data.size - b.ix.data.footer + int64(len(parquetMagic))},
	}
	for i := range b.ix.leaves {
		l := &b.ix.leaves[i]
		n := int64(0)
		for g := range b.ix.groups {
			n += b.ix.groups[g].chunks[i].size()
		}
		name := l.name
		if p := path(l.nest, name); len(p) > 1 {
			name = p[0] + "." + name
		}
		out = append(out, Size{name, n})
	}
	return out
}
