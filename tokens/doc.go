// Package tokens knows the caller.
//
// Circle's Auth API makes a token for anybody whose name it is given, so everything here serves one rule: this server
// asks it only for somebody who has proven who they are. The three ways to prove it are the operator's choice
// ([Config]): an ID token of the community's own identity provider, the secret of a trusted server, or, only
// against the embedded sandbox, nothing at all.
//
//	[Authenticator]  reads the Authorization header into the context as a [Caller]; it refuses nothing itself
//	[Caller]         gives circleclient the caller's token, or why there is none
//	[Service]        login, refresh, revoke and logout
//	[Revocations]    the tokens that this process no longer accepts
//	[Principals]     the tokens that Circle has accepted, and whose they are
//
// No claim of a member's access token is trusted: Circle publishes no key to verify it with, so Circle itself decides.
// What is remembered beyond a request is what Circle said, under hashes of tokens, in memory and within bounds.
package tokens
