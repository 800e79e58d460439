package sandbox

// What is said in the other rooms, in the same form.

func talkWithRuth() string {
	return `
admin: Welcome to Thornbury Lane, Maya. Half of plot 14 is yours from today, the half with the good tap.
member: Thank you so much! Is there anything I should do first?
admin: Come on a Sunday, have tea, ask questions. The rest can wait until it rains less.
+ heart member

member: I have put the rent into the tin. Do I get a receipt?
admin: You get a nod from Björn. If you want paper, tell me and I write one.
member: A nod will do.
+ joy admin

admin: Would you mind being in the photograph for the council? You and the children at the beans.
member: Not at all. They will insist on hats.
admin: Hats are welcome.
`
}

func talkWithSiobhan() string {
	return `
moderator: Hello Maya, I am your newcomers' contact. Please do not rotavate the couch grass.
member: I had just borrowed the rotavator.
moderator: Then give it back, and I bring you a fork and some company.
+ joy member

member: Three barrows of roots today. Is that normal?
moderator: That is a good day. Dry them on the path before they go on the heap.

moderator: You have been named in my Sunday list: 14b is where the walk starts.
member: Now I have to tidy up!
moderator: Please leave one corner as it was. People should see what you began with.
+ heart member
`
}

func talkWithJose() string {
	return `
jose: Maya, I have six tomato plants too many. Marmande. Do you want them?
member: Yes! How deep do they go?
jose: Up to the first leaves. Deeper than you dare.
+ thumbsup member

member: They are in. Two look offended.
jose: That is normal. Do not water them every day, they must look for it.

jose: Your bean poles came with my canes. They are by the greenhouse.
member: You are wonderful. Can I fetch them on Saturday?
---
jose: Any time. Mind the glass.
jose: And bring the children, there are the last ripe ones to pick.
`
}

func talkWithZoe() string {
	return `
zoe: You asked about no-dig. Cardboard first, then ten centimetres of compost. That is the whole secret.
member: And the couch grass under it?
zoe: It gives up in the second year. Mostly.

member: I have cardboard from three bicycles. Tape off?
zoe: Tape off, staples too. The worms do not like metal.
+ thumbsup member

zoe: I shall be at plot 9 all Sunday if you want to see how deep it is by now.
member: We are coming. Thank you, Zoë.
+ heart zoe
`
}

func talkWithMargaret() string {
	return `
margaret: My dear, your little boy left his boots in the hut.
member: Both of them?
margaret: Both. He went home in somebody's socks.
+ joy member

margaret: I have written down the lemon drizzle for you. It is on the shelf, under the string.
member: You have given away the recipe?
margaret: Only to you. Do not tell @arthur.
+ heart member

---
margaret: Could you do the tea on Sunday? I have a granddaughter's recital.
`
}

func talkWithHannah() string {
	return `
member: Would Year 4 like some of my radish seed? I have bought far too much.
hannah: Year 4 would love it. Alfie asks whether they are the fast ones.
member: Three weeks from seed to plate.
hannah: That is almost fast enough for Alfie.
+ joy member

hannah: Thank you for the seed. I am switching my messages off for term time, please ring the school if it is urgent.
+ thumbsup member
`
}

func beanPoleTalk() string {
	return `
kwame: So that we do it once and properly: hazel, two and a half metres, from the hedge by the bees.
yusuf: I have a saw and a free Saturday.
+ thumbsup kwame member
margaret: I have a car, but it is a small one.

member: How many do we need in all? I am at eight.
kwame: Eight for you, twelve for Yusuf, four for Margaret's sweet peas. Twenty-four.
> yusuf: Make mine ten, I have found some in the jungle.
> kwame: Twenty-two, then.
> member: I can carry four at a time if the children take the string.
> kwame: Good. Bring gloves for all of you.
---
> yusuf: And I ask Tom about the bees first.

kwame: @member Saturday at ten by the hazel?
margaret: I shall bring the flask.
yusuf: Ten is fine for me.
+ pray kwame
`
}

func newcomersTalk() string {
	return `
moderator: A room for the three of you. Ask here what you do not want to ask in the hut.
harriet: Is it normal to dream of bindweed?
moderator: In the first year, yes.
+ joy member yusuf

yusuf: The jungle on 27a: do I cut it or do I dig it?
moderator: Cut, cover, wait. Then dig what is left.
> harriet: I covered mine with an old carpet and now I own a carpet full of bindweed.
> moderator: No carpets, please. It is in the plot rules, and this is why.

member: When do you water in the evening without watering the slugs?
harriet: I water in the morning and hope.

---
moderator: The walk round is on Saturday at ten. Boots.
harriet: Do we have to have something to show?
moderator: Only soil.
yusuf: Mine is mostly roots. It counts?
`
}

func seedOrderTalk() string {
	return `
zoe: Shared seed order? Above fifty pounds they send it free.
priya: Yes. I need methi and coriander.
dev: I will make a spreadsheet.
+ joy zoe jose member
jose: Of course you will.

dev: The spreadsheet says £48.60. Somebody buy a lettuce.
member: I take the lettuce!
+ tada dev zoe priya
zoe: Ordered.
`
}

func talkOfOthers() string {
	return `
jose: Zoë, the greenhouse pane has come. It is the wrong size by one centimetre.
zoe: Then it is a cold frame.

zoe: How is the cold frame?
jose: It has lettuce in it and I am not angry any more.
+ joy zoe
`
}

// lessonTalk is what is said in the rooms of lessons, by the lesson's name.
func lessonTalk() map[string]string {
	return map[string]string{"To dig or not to dig": `
yusuf: I have watched this twice and now I own a spade and a stack of cardboard. Which first?
> member: Cardboard. I did it the other way round.
> callum: Cardboard, then compost, then a chair.
+ joy yusuf member
---
> moderator: What Callum says. The spade is for the couch grass only.
`}
}
