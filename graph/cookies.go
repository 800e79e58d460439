package graph

import (
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
)

// featureOff is something that the operator has not switched on. Its text says what.
type featureOff string

func (e featureOff) Error() string { return string(e) }

const webSessionsOff = featureOff("Web sessions are switched off here.")

func (r *Resolver) createWebSession(ctx context.Context) (*model.CreateWebSessionPayload, error) {
	if !r.webSession {
		return nil, webSessionsOff
	}
	cookies, err := r.circle.Cookies.Create(ctx)
	problems, err := userErrors(err)
	payload := &model.CreateWebSessionPayload{Cookies: []*model.WebCookie{}, UserErrors: problems}
	for _, c := range cookies {
		payload.Cookies = append(payload.Cookies, r.webCookie(c))
	}
	return payload, err
}

// webCookie is a cookie as a client can set it, with everything said that a browser would add.
func (r *Resolver) webCookie(c *circleclient.SessionCookie) *model.WebCookie {
	cookie := &model.WebCookie{
		Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Secure: c.Secure, HttpOnly: c.HttpOnly,
		SameSite:  c.SameSiteWord(),
		ExpiresAt: c.ExpiresAt(r.now()),
	}
	if cookie.Domain == "" {
		cookie.Domain = r.circle.CommunityHost()
	}
	if cookie.Path == "" {
		cookie.Path = "/"
	}
	return cookie
}

func (r *Resolver) deleteWebSession(ctx context.Context) (*model.DeleteWebSessionPayload, error) {
	if !r.webSession {
		return nil, webSessionsOff
	}
	problems, err := userErrors(r.circle.Cookies.Delete(ctx))
	return &model.DeleteWebSessionPayload{Deleted: err == nil && len(problems) == 0, UserErrors: problems}, err
}
