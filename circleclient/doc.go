// Package circleclient is a typed client of Circle's headless REST APIs: the Auth API, which answers to the community's
// secret, and the Member API, which answers as the member whose token the context carries.
//
// It knows everything about Circle and nothing about who uses it. Oddities of the live API are mended here, once:
// uneven records, nulls where none belong, a 401 that means "not allowed", HTML where JSON was asked for. Every method
// is marked with the operation of the official contract that it calls, and every failure is an [*Error] that matches
// one sentinel.
package circleclient
