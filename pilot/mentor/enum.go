package mentor

import "github.com/coachgov/coaching/internal/enum"

// unmarshalAnswer reads one of the names but the first, which stands for no
// answer and cannot be written into a record.
func unmarshalAnswer[E ~uint8](names []string, value *E, what string, text []byte) error {
	var index E
	if err := enum.Unmarshal(names[1:], &index, what, text); err != nil {
		return err
	}
	*value = index + 1
	return nil
}
