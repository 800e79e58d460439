// Package circleclient is a typed client of Circle's headless REST APIs: the Auth API, which needs the community's
// secret, and the Member API, which acts as the member whose token is in the context.
//
// It knows everything about Circle and nothing about its callers. It smooths out the oddities of the live API: uneven
// records, unexpected nulls, a 401 that means "not allowed", HTML instead of JSON. Every method is marked with its
// operation in the official contract. Every failure is an [*Error] that matches one sentinel.
package circleclient
