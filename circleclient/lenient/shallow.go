package lenient

// maxDepth is how many objects and lists may stand within each other in text that is too deep for the tokenizer.
const maxDepth = 2000

// shallower returns JSON with null in the place of each object or list that is nested deeper than [maxDepth], and
// whether there was one. Text that is not JSON stays no JSON.
func shallower(data []byte) (shallow []byte, cut bool) {
	depth, from := 0, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i = endOfText(data, i)
		case '{', '[':
			if depth++; depth == maxDepth+1 {
				shallow = append(append(shallow, data[from:i]...), "null"...)
				cut = true
			}
		case '}', ']':
			if depth == maxDepth+1 {
				from = i + 1
			}
			depth--
		}
	}
	if depth > maxDepth {
		from = len(data) // it ends too early
	}
	return append(shallow, data[min(from, len(data)):]...), cut
}

// endOfText returns the place of the quote that ends the text which begins at i, or the end of the data.
func endOfText(data []byte, i int) int {
	for i++; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(data)
}
