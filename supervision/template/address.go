package template

import (
	"regexp"
	"strings"
	"unicode"
)

// The forms of addresses: pragmatic, and written once for Check and for the
// schema. They use nothing on which RE2 and ECMA-262 disagree.
const (
	hostName     = `[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`
	mailAtom     = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
	emailPattern = `^` + mailAtom + `(?:\.` + mailAtom + `)*@` + hostName + `(?:\.` + hostName + `)+$`
	phonePattern = `^\+?[1-9][0-9]{6,14}$`
	// No user before the host: https://koogallery.example@elsewhere.example
	// leads elsewhere.
	urlPattern = `^https?://` + hostName + `(?:\.` + hostName + `)*(?::[0-9]{1,5})?` +
		"(?:[/?#](?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$"
)

var (
	emailForm = regexp.MustCompile(emailPattern)
	phoneForm = regexp.MustCompile(phonePattern)
	urlForm   = regexp.MustCompile(urlPattern)
)

// normalizePhone removes what people write between digits, and turns the prefix
// 00 into +.
func normalizePhone(s string) string {
	phone := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("().", r) {
			return -1
		}
		return r
	}, s)
	if international, found := strings.CutPrefix(phone, "00"); found {
		phone = "+" + international
	}
	if phone == "" {
		return s
	}
	return phone
}
