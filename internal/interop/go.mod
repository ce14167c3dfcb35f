module github.com/coachgov/coaching/internal/interop

go 1.26.0

replace github.com/coachgov/coaching => ../..

require (
	github.com/arran4/golang-ical v0.3.4
	github.com/coachgov/coaching v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/shopspring/decimal v1.6.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	go.yaml.in/yaml/v4 v4.0.0 // indirect
	gonum.org/v1/gonum v0.17.0 // indirect
)
