package block

// uuidText is the length of a UUID in its usual form.
const uuidText = 36

// parseUUID reads a UUID of 36 characters, lower case: what appendUUID writes.
func parseUUID(b []byte) (id [16]byte, ok bool) {
	if len(b) != uuidText || b[8] != '-' || b[13] != '-' || b[18] != '-' || b[23] != '-' {
		return id, false
	}
	var bad byte
	for n, at := range uuidBytes {
		hi, lo := unhex[b[at]], unhex[b[at+1]]
		bad |= hi | lo
		id[n] = hi<<4 | lo&15
	}
	return id, bad < 16
}

// uuidBytes is where each byte begins.
var uuidBytes = [16]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

// unhex is the value of a digit, 0xff of what is none.
var unhex = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range "0123456789abcdef" {
		t[c] = byte(i)
	}
	return t
}()

func appendUUID(dst []byte, id []byte) []byte {
	n := len(dst)
	dst = append(dst, "00000000-0000-0000-0000-000000000000"...)
	b := (*[uuidText]byte)(dst[n:])
	for i, x := range (*[16]byte)(id) {
		at := uuidBytes[i]
		b[at], b[at+1] = digits[x>>4], digits[x&15]
	}
	return dst
}

const digits = "0123456789abcdef"
