package graph

import (
	"context"
	"fmt"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// ofEvent reads a part of what events have beyond other posts.
func ofEvent[T any](
	ctx context.Context, e *model.Event, part func(*circleclient.Post, *circleclient.EventSettings) *T,
) (*T, error) {
	return loaders.OfPart(ctx, e.Post, circleclient.PostEvent,
		func(p *circleclient.Post) *T { return part(p, settingsOf(p)) })
}

// settingsOf is never nil: an event whose settings Circle forgot has none.
func settingsOf(p *circleclient.Post) *circleclient.EventSettings {
	if p.EventSettings == nil {
		return &circleclient.EventSettings{}
	}
	return p.EventSettings
}

// placeOf is the event's record where the viewer may see the place, nil if it is hidden from them: Circle sends it
// to everybody and leaves hiding it to us. Those who run the event see it, which only some records tell.
func placeOf(ctx context.Context, e *model.Event) (*circleclient.Post, error) {
	record, err := loaders.WithPart(ctx, e.Post, circleclient.PostEvent)
	if err == nil && !record.LocationVisible() {
		record, err = loaders.WithPart(ctx, record, circleclient.PostPolicies)
	}
	if err != nil || !record.LocationVisible() {
		return nil, err
	}
	return record, nil
}

// ofPlace reads a part of where an event takes place; nil if it is hidden.
func ofPlace[T any](ctx context.Context, e *model.Event, part func(*circleclient.EventSettings) *T) (*T, error) {
	record, err := placeOf(ctx, e)
	if err != nil || record == nil {
		return nil, err
	}
	return part(settingsOf(record)), nil
}

// maxEventPages is how many pages of 100 events are looked through for those that the viewer comes to.
const maxEventPages = 3

// attendedEvents are the events that the viewer comes to. Circle has no list of them, so they are picked out of all
// events.
func (r *Resolver) attendedEvents(
	ctx context.Context, past bool, first int, after *string,
) (*model.EventConnection, error) {
	if err := paging.CheckFirst(first); err != nil {
		return nil, err
	}
	if paging.SelectsOnly(ctx) {
		return &model.EventConnection{}, nil
	}
	list := paging.Of("Viewer.rsvps", past)
	var attended []*circleclient.Post
	complete := false
	for number := 1; number <= maxEventPages && !complete; number++ {
		o := circleclient.EventListOptions{PageOptions: circleclient.PageOptions{
			Page: number, PerPage: circleclient.MaxPerPage,
		}}
		if past {
			o.PastEvents = &past
		}
		page, err := loaders.Shared(ctx, fmt.Sprint(list, " page ", number),
			func() (*circleclient.Page[*circleclient.Post], error) { return r.circle.Events.List(ctx, o) })
		if err != nil {
			return nil, err
		}
		for _, p := range page.Records {
			if p.RSVPedEvent {
				attended = append(attended, p)
			}
		}
		complete = !page.HasNextPage
	}
	c, err := paging.Whole(ctx, list, first, after, attended, model.NewEvent)
	if err == nil && !complete {
		c.TotalCount = nil
	}
	return c, err
}

// eventOccurrences pages through the repetitions of an event.
func (r *Resolver) eventOccurrences(
	ctx context.Context, e *model.Event, first int, after *string,
) (*model.EventOccurrenceConnection, error) {
	ref := e.NodeRef()
	return paging.Paginate(ctx, paging.Of("Event.occurrences", ref.ID), first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.EventOccurrence], error) {
			return r.circle.Events.Occurrences(ctx, ref.Space, ref.ID, o)
		}, func(o *circleclient.EventOccurrence) *model.EventOccurrence {
			return &model.EventOccurrence{EventOccurrence: o, Event: e}
		})
}

// changedEvent is the event in a payload; null if the change was refused.
func changedEvent(ctx context.Context, ref circleclient.Ref) (*model.Event, error) {
	if ref.IsZero() {
		return nil, nil //nolint:nilnil // the payload's userErrors say why
	}
	record, err := loaders.From(ctx).Post.Load(ctx, ref)
	if err != nil {
		return nil, err
	}
	return model.NewEvent(record), nil
}

// eventAttendees lists who comes: those that came with the event, if they suffice.
func (r *Resolver) eventAttendees(
	ctx context.Context, e *model.Event, first int, after *string,
) (*model.EventAttendeeConnection, error) {
	list := paging.Of("Event.attendees", e.ID)
	if a := e.EventAttendees.Get(); a != nil && paging.Suffices(ctx, a.Records, a.Count, first, after) {
		return paging.Embedded(ctx, list, first, after, a.Records, a.Count, paging.Itself)
	}
	return paging.Paginate(ctx, list, first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.EventAttendee], error) {
			return r.circle.Events.Attendees(ctx, e.ID, o)
		}, paging.Itself)
}

func eventListOptions(filter *model.EventsFilter) circleclient.EventListOptions {
	if filter == nil {
		return circleclient.EventListOptions{}
	}
	return circleclient.EventListOptions{StartDate: deref(filter.From), EndDate: deref(filter.To), PastEvents: filter.Past}
}

// rsvp says that the viewer comes. Circle refuses those who come already, which is what they want.
func (r *Resolver) rsvp(ctx context.Context, in model.RsvpToEventInput) (*model.RsvpToEventPayload, error) {
	var attendee *circleclient.EventAttendee
	payload, err := changePost(in.EventID, func(eventID int64) error {
		var err error
		attendee, err = r.circle.Events.RSVP(ctx, eventID)
		if circleclient.AlreadyDone(err) {
			return nil
		}
		return err
	})
	return &model.RsvpToEventPayload{PostPayload: payload, Attendee: attendee}, err
}

func (r *Resolver) rsvpToOccurrences(
	ctx context.Context, in model.RsvpToOccurrencesInput,
) (*model.RsvpToOccurrencesPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefPost, in.EventID)
	if err != nil {
		return nil, err
	}
	ids, err := scalar.ParseCircleIDs(in.OccurrenceIds)
	if err != nil {
		return nil, err
	}
	payload, err := changePost(in.EventID, func(eventID int64) error {
		return r.circle.Events.RSVPToOccurrences(ctx, ref.Space, eventID, ids)
	})
	return &model.RsvpToOccurrencesPayload{PostPayload: payload}, err
}
