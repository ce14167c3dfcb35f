package roi

import (
	"fmt"
	"strings"
)

// A Currency is an ISO 4217 code in capitals, such as "USD". The empty
// Currency is none.
type Currency string

// The codes of ISO 4217 by the number of digits after the point, as of 2026.
// Metals, funds of the IMF and codes for testing have no minor unit and are
// left out. The table is our own because the usual one, CLDR's, gives the
// digits that are customary: it differs for 34 codes.
const (
	minor0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
	minor2 = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS " +
		"GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL " +
		"MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK " +
		"PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS " +
		"TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
	minor3 = "BHD IQD JOD KWD LYD OMR TND"
	minor4 = "CLF UYW"
)

// MinorUnits returns the number of digits after the point: 2 for USD, 0 for
// JPY, 3 for KWD, 4 for CLF. It fails when the code is not a current one.
func (c Currency) MinorUnits() (int, error) {
	if len(c) == 3 && !strings.Contains(string(c), " ") {
		for _, row := range [...]struct {
			places int
			codes  string
		}{{0, minor0}, {2, minor2}, {3, minor3}, {4, minor4}} {
			if strings.Contains(row.codes, string(c)) {
				return row.places, nil
			}
		}
	}
	return 0, fmt.Errorf("roi: currency of %d bytes is not a current ISO 4217 code in capitals", len(c))
}
