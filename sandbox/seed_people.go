package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// person is a line of the member list.
type person struct{ first, last, email, headline, location, bio string }

// people are the members, in order of id: two admins, a moderator, ordinary members, and last one who was invited and
// never came.
func people() []person {
	return []person{
		{
			"Ruth", "Okafor", "admin", "Site secretary, plot 1", "Thornbury",
			"I have kept the books and a row of dahlias here since 1998.",
		},
		{
			"Björn", "Åkesson", "bjorn", "Treasurer and keeper of the shed key", "Thornbury",
			"Swedish by birth, Thornbury by marriage. Ask me about potatoes.",
		},
		{
			"Siobhán", "Ní Bhriain", "moderator", "Newcomers' contact", "Alveston",
			"If you have just got a plot, talk to me first. If you are tempted to rotavate couch grass, talk to me before " +
				"that.",
		},
		{
			"Maya", "Fielding", "member", "First-year plot holder, 14b", "Thornbury",
			"Half a plot, two children, one working spade. Learning as I go.",
		},
		{
			"José", "Álvarez", "jose", "Tomates y pimientos, plot 22", "Bristol",
			"From Murcia. Growing tomatoes in this climate is a form of prayer.",
		},
		{"Zoë", "Brouwer", "zoe", "No-dig, plot 9", "Thornbury", "Cardboard, compost, patience."},
		{"Łukasz", "Woźniak", "lukasz", "Sauerkraut enthusiast", "Yate", "Forty cabbages a year and I regret none of them."},
		{
			"Hannah", "Whitcombe", "hannah", "Primary school teacher, class plot 30", "Thornbury",
			"Plot 30 belongs to Year 4. Expect noise on Tuesdays.",
		},
		{
			"李", "小雨", "xiaoyu", "Growing pak choi, gai lan and garlic chives", "Bristol",
			"我喜欢种菜。 Happy to share seeds of Chinese greens.",
		},
		{
			"Arthur", "Pennington", "arthur", "Plot 3 since 1971", "Thornbury",
			"I do not do the internet, my granddaughter types this.",
		},
		{"Çağla", "Yıldız", "cagla", "Peppers under glass", "Filton", "Three greenhouses, none of them straight."},
		{"Olena", "Коваль", "olena", "Гарбузи та соняшники", "Thornbury", "From Poltava. My pumpkins win, ask anybody."},
		{"Dev", "Patel", "dev", "Irrigation tinkerer", "Bradley Stoke", "Solar pumps, drip lines, and a spreadsheet."},
		{"Nguyễn Thị", "Mai", "mai", "Herbs, herbs, herbs", "Bristol", "Rau răm, mint, shiso and perilla on plot 17."},
		{"Gareth", "Llewellyn", "gareth", "Leeks for show", "Chepstow", "Blanch and pray."},
		{
			"Ingrid", "Sørensen", "ingrid", "Fruit trees and cordons", "Alveston",
			"I prune in January and talk about it until December.",
		},
		{
			"Tom", "Brackley", "tom", "Beekeeper, six hives", "Tytherington",
			"Yes, they are allowed. No, they will not sting you if you stay calm.",
		},
		{"Priya", "Raman", "priya", "Curry leaves against the odds", "Bristol", "Plot 11 and one heroic windowsill."},
		{"Étienne", "Dufour", "etienne", "Potager, plot 26", "Thornbury", "Rows are for soldiers."},
		{
			"Margaret", "Hale", "margaret", "Sweet peas, runner beans, tea", "Thornbury",
			"Kettle on at half past ten in the hut.",
		},
		{
			"Kwame", "Mensah", "kwame", "Raised beds for bad knees", "Patchway",
			"Retired joiner. I will build yours too if you bring the wood.",
		},
		{"Sofía", "Herrera", "sofia", "Seed saver", "Bristol", "If it flowered, I have an envelope of it."},
		{"佐藤", "陽菜", "hina", "Daikon and edamame", "Filton", "大根と枝豆を育てています。"},
		{
			"Callum", "Reid", "callum", "Compost heaps with ambition", "Thornbury",
			"68 degrees in the middle last March. I have photographs.",
		},
		{"Agnieszka", "Nowak", "agnieszka", "Cut flowers, plot 19", "Yate", "Flowers are a vegetable for the eyes."},
		{
			"Peter", "Lindqvist", "peter", "Wood chip and mushrooms", "Thornbury",
			"Oyster mushrooms on everything that stands still.",
		},
		{
			"Fatima", "Al-Hassan", "fatima", "فاطمة · okra and molokhia", "Bristol",
			"Looking for the warmest corner of the site.",
		},
		{"George", "Tsoukalas", "george", "Vines and figs", "Thornbury", "One fig tree, eleven opinions about it."},
		{"Rosalind", "Cheung", "rosalind", "Wildlife pond, plot 12", "Alveston", "Newts counted weekly."},
		{"Owen", "Prosser", "owen", "Strawberries and ukulele", "Chepstow", ""},
		{"Amélie", "Roux", "amelie", "Herboriste", "Bristol", "Tisanes, onguents et un peu de désordre."},
		{"Dimitri", "Volkov", "dimitri", "Dill in everything", "Filton", "My grandmother would not approve of this clay."},
		{"Yusuf", "Demir", "yusuf", "New on plot 27a", "Patchway", "Took over a jungle in March."},
		{"Beatrice", "Lowe", "beatrice", "Alpines and auriculas", "Thornbury", "Small plants, large labels."},
		{"Niall", "Gallagher", "niall", "Spuds", "Yate", "Twelve varieties, one trench."},
		{"Chidi", "Eze", "chidi", "Scotch bonnets in a polytunnel", "Bristol", "Handle with gloves."},
		{"Astrid", "Müller", "astrid", "Kräuter und Kürbisse", "Thornbury", "Aus Freiburg, seit 2015 hier."},
		{"Harriet", "Nunn", "harriet", "Waiting list veteran", "Thornbury", "Seven years. It was worth it."},
		{"Miguel", "Santos", "miguel", "Couve galega", "Bristol", "Caldo verde every Sunday."},
		{"Eleanor", "Finch", "newcomer", "", "", ""}, // invited, has not come yet
	}
}

func (sd *seeder) seedPeople() {
	tags := []*memberTag{
		{
			name: "Committee", color: "#2F6B3A", textColor: "#FFFFFF", emoji: "🗝️", format: "tag",
			places: []string{"member_directory", "profile_page", "post_bio"}, public: true,
		},
		{
			name: "Bee group", color: "#E0A526", textColor: "#1A1A1A", emoji: "🐝", format: "emoji",
			places: []string{"member_directory", "post_bio"}, public: true,
		},
		{
			name: "New this year", color: "#5B8DEF", textColor: "#FFFFFF", emoji: "🌱", format: "label",
			places: []string{"profile_page"}, public: true,
		},
	}
	for _, t := range tags {
		t.id = sd.store.smallID()
	}
	sd.store.tags = tags
	sd.seedFields()
	list := people()
	for i, p := range list {
		uid := sha256.Sum256([]byte(p.email))
		m := &member{
			publicUID: hex.EncodeToString(uid[:4]), ssoUserID: "sso-" + hex.EncodeToString(uid[4:12]), email: p.email +
				"@example.com",
			firstName: p.first, lastName: p.last, headline: p.headline, bio: p.bio, location: p.location,
			timeZone: "Europe/London",
			points:   (i * 37) % 340, createdAt: sd.ago(time.Duration(900-i*20) * day), active: true, confirmed: true,
			homePage:  true,
			messaging: i%9 != 7, listed: i%13 != 12, emailPublic: i%4 == 0,
		}
		if i%5 != 3 {
			m.avatarURL = sd.portrait(int64(i), strings.Trim(slugOf(p.email), "-")+".png")
		}
		if i%6 == 0 && p.headline != "" {
			m.website = "https://" + p.email + ".example.com"
		}
		m.roles = roles{Admin: i < 2, Moderator: i == 2}
		if i < 3 {
			m.tags = append(m.tags, tags[0])
		}
		if p.email == "tom" || p.email == "rosalind" || p.email == "bjorn" {
			m.tags = append(m.tags, tags[1])
		}
		if p.email == "member" || p.email == "yusuf" || p.email == "harriet" {
			m.tags = append(m.tags, tags[2])
		}
		if i == len(list)-1 {
			m.confirmed, m.homePage, m.listed, m.avatarURL, m.points = false, false, false, "", 0
		}
		m.countResetAt = sd.ago(3 * day)
		sd.people = append(sd.people, sd.store.addMember(m))
		for j, f := range sd.store.fields {
			v := &fieldValue{id: sd.store.smallID(), createdAt: m.createdAt, updatedAt: m.createdAt}
			switch f.kind {
			case "text":
				v.text = fmt.Sprint(1 + (i*7)%34)
			case "textarea":
				v.textarea = p.bio
			case "select":
				v.choices = []int64{f.choices[(i+j)%len(f.choices)].ID}
			}
			m.fieldValues[f.id] = v
		}
	}
}

// portrait makes a member's picture known and gives its address.
func (sd *seeder) portrait(i int64, filename string) string {
	id := signedID("avatar", i)
	sd.file(attachment{
		SignedID: id, SGID: sgid("Avatar", i), ContentType: "image/png", Filename: filename, Width: 240,
		Height: 240,
	})
	return sd.storageURL + variantPath + id + "/" + filename
}

// seedCrowd adds members who only read.
func (sd *seeder) seedCrowd(n int) {
	for i := range n {
		name := fmt.Sprint("crowd-", i+1)
		m := sd.store.addMember(&member{
			publicUID: name, ssoUserID: "sso-" + name, email: name +
				"@example.com", firstName: "Reader", lastName: fmt.Sprint(i + 1),
			timeZone: "Europe/London", createdAt: sd.ago(30 * day), active: true, confirmed: true, homePage: true,
			countResetAt: sd.ago(3 * day),
		})
		for _, sp := range sd.store.spaces {
			if !sp.private && !sp.secret {
				sd.store.join(sp.id, m.id, m.createdAt)
				m.lastReadSpaces[sp.id] = sd.ago(2 * day)
			}
		}
	}
}

func (sd *seeder) seedFields() {
	id := sd.store.smallID
	everywhere := []string{"signup", "edit_profile", "profile_view", "community_view"}
	sd.store.fields = []*profileField{
		{label: "Plot number", kind: "text", key: "plot_number", placeholder: "14b", required: true, pages: everywhere},
		{
			label: "About your plot", kind: "textarea", key: "about_your_plot", description: "Soil, shade, slugs",
			pages: everywhere[1:],
		},
		{label: "Experience", kind: "select", key: "experience", pages: everywhere, choices: []fieldChoice{
			{id(), "First year"}, {id(), "Some seasons"}, {id(), "Decades"},
		}},
		{
			label: "Years on the waiting list", kind: "number", key: "waiting_years", pages: everywhere[:2],
			number: &numberOptions{ID: id(), Format: "number"},
		},
	}
	for _, f := range sd.store.fields {
		f.id, f.createdAt = id(), sd.ago(1000*day)
	}
}

// signedID is the id of an upload: readable, and without a real signature.
func signedID(kind string, id int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"blob":"%s-%d"}`, kind, id)) + "--sandbox"
}
