package guard

import "github.com/vektah/gqlparser/v2/ast"

// Prices estimate operations that nobody has sent yet.
type Prices struct{ table *costTable }

// ReadPrices reads the @cost of all fields of a schema.
func ReadPrices(schema *ast.Schema) (*Prices, error) {
	table, err := readCosts(schema)
	return &Prices{table}, err
}

// Price is how many requests to Circle an operation is estimated to need.
type Price struct {
	// AtMost is an upper limit, and Likely what is likely in a community of people.
	AtMost, Likely int64
	// Fields are the requests by the field that asks, as its path in the answer with dots; 0 if it asks together with
	// another one.
	Fields map[string]int64
}

// Of estimates an operation that fits the schema.
func (p *Prices) Of(operation *ast.OperationDefinition, variables map[string]any) Price {
	most := p.table.newEstimator(variables, atMost)
	most.fields = map[string]int64{}
	return Price{
		AtMost: most.operation(operation).calls,
		Likely: p.table.estimate(operation, variables, likely).calls,
		Fields: most.fields,
	}
}
