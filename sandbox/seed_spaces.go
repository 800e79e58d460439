package sandbox

import "time"

// seedSpaces makes the fourteen rooms: all six kinds, one private, one secret.
func (sd *seeder) seedSpaces() {
	topics := func(names ...string) []*topic {
		var list []*topic
		for i, name := range names {
			list = append(list, &topic{ID: sd.store.smallID(), Name: name, AdminOnly: i == len(names)-1})
		}
		return list
	}
	rooms := []*space{
		{
			groupID: 501, groupName: "Start here", name: "Announcements", slug: "announcements", kind: spaceBasic, emoji: "📣",
			postDisabled: true,
		},
		{groupID: 501, groupName: "Start here", name: "Say hello", slug: "say-hello", kind: spaceBasic, emoji: "👋"},
		{
			groupID: 502, groupName: "Growing", name: "Vegetables", slug: "vegetables", kind: spaceBasic, emoji: "🥕",
			topics: topics("Sowing", "Pests", "Harvest", "Varieties", "From the committee"),
		},
		{
			groupID: 502, groupName: "Growing", name: "Fruit", slug: "fruit", kind: spaceBasic, emoji: "🍏",
			topics: topics("Pruning", "Varieties", "Orchard rota"),
		},
		{groupID: 502, groupName: "Growing", name: "Soil & compost", slug: "soil-and-compost", kind: spaceBasic},
		{
			groupID: 502, groupName: "Growing", name: "Seed swap", slug: "seed-swap", kind: spaceBasic, emoji: "🌱",
			requireTopic: true, topics: topics("Offered", "Wanted", "Closed"),
		},
		{
			groupID: 503, groupName: "Show and tell", name: "Harvest photos", slug: "harvest-photos", kind: spaceImage,
			view: "cards", emoji: "📷",
		},
		{groupID: 504, groupName: "Get together", name: "Events", slug: "events", kind: spaceEvent, emoji: "📅"},
		{groupID: 504, groupName: "Get together", name: "Workshops", slug: "workshops", kind: spaceEvent},
		{groupID: 504, groupName: "Get together", name: "Tea hut", slug: "tea-hut", kind: spaceChat, emoji: "🫖"},
		{
			groupID: 505, groupName: "Learn", name: "Your first year on a plot", slug: "first-year", kind: spaceCourse,
			emoji: "📗",
		},
		{groupID: 506, groupName: "People", name: "Plot holders", slug: "plot-holders", kind: spaceMembers},
		{
			groupID: 507, groupName: "Groups", name: "Beekeepers", slug: "beekeepers", kind: spaceBasic, emoji: "🐝",
			private: true,
		},
		{groupID: 507, groupName: "Groups", name: "Committee room", slug: "committee", kind: spaceBasic, secret: true},
	}
	for i, sp := range rooms {
		sp.position = i
		if sp.view == "" {
			sp.view = "posts"
		}
		if i%3 == 0 {
			sp.coverID = signedID("cover", int64(i))
			sd.file(attachment{
				SignedID: sp.coverID, SGID: sgid("Cover", int64(i)), ContentType: "image/jpeg",
				Filename: "cover.jpg", Width: 1600, Height: 480,
			})
		}
		sd.rooms[sp.slug] = sd.store.addSpace(sp)
	}
	id := sd.store.smallID
	sd.rooms["vegetables"].links = []*pinnedLink{
		{id: id(), name: "Frost dates for Thornbury", url: "https://weather.example.com/thornbury/frost", emoji: "❄️"},
		{id: id(), name: "Growing guides", links: []*pinnedLink{
			{id: id(), name: "Beans", url: "https://guides.example.com/beans", emoji: "🫘"},
			{id: id(), name: "Brassicas", url: "https://guides.example.com/brassicas", emoji: "🥬"},
		}},
	}
	sd.store.links = []communityLink{
		{id(), "Plot rules", "https://thornbury-lane.example.com/rules", sd.ago(800 * day)},
		{id(), "Waiting list", "https://thornbury-lane.example.com/waiting-list", sd.ago(700 * day)},
		{id(), "Town council", "https://council.example.com/allotments", sd.ago(600 * day)},
	}
	sd.store.invitations = []invitation{
		{token: "bees-welcome", spaceID: sd.rooms["beekeepers"].id},
		{token: "thornbury-lane"},
	}
}

// seedSeats lets the members join. Maya, the first ordinary member, stays out of fruit (public), of the beekeepers
// (private) and of the committee (secret).
func (sd *seeder) seedSeats() {
	for i, m := range sd.people {
		for _, sp := range sd.store.spaces {
			joins := (i+int(sp.id))%4 != 0
			switch sp.slug {
			case "announcements", "say-hello", "vegetables", "events", "harvest-photos", "tea-hut", "plot-holders":
				joins = true
			case "beekeepers":
				joins = i < 2 || i%5 == 1
			case "committee":
				joins = i < 3 || i == 9 || i == 19
			}
			if m.email == "member@example.com" && !sp.private && !sp.secret {
				joins = sp.slug != "fruit"
			}
			if m.confirmed && (joins || m.roles.Admin) {
				sd.store.join(sp.id, m.id, m.createdAt.Add(time.Hour))
				m.lastReadSpaces[sp.id] = sd.ago(time.Duration(2+i%5) * day)
			}
		}
	}
}
