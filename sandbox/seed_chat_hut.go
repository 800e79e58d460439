package sandbox

// teaHutTalk is what is said in the room of the chat space, in the form that plannedRoom describes.
func teaHutTalk() string {
	return `
margaret: Kettle is on, half past ten as always.
arthur: Is there cake?
> margaret: There is lemon drizzle. There is always lemon drizzle.
> owen: On my way.
+ joy margaret arthur

beatrice: Found by the tap: one glove, left, very small.
member: That is my daughter's! She has been gardening like a pirate.
beatrice: It is on the nail by the door.
+ heart member

gareth: Who has moved my leek collars?
kwame: They were in the path. They are on your water butt now.
gareth: Thank you. Ask next time.
+ thumbsup kwame

zoe: The worms have reached bed four. No spade involved.
+ tada peter callum member
callum: What did you feed them?
zoe: Cardboard and patience.

dev: Tap 3 drips eleven litres a day. I measured.
bjorn: I have the washer. Sunday.
> dev: I can do it tonight if the key is in the hut.
> bjorn: Behind the seed drawer.
+ thumbsup dev

olena: Доброго ранку! The first pumpkin has set. [first-pumpkin.jpg]
+ heart zoe cagla astrid
niall: How big?
olena: Like a cherry. Do not laugh.
niall: I would never.

rosalind: Four newts this morning, one of them very cross.
tom: Cross with whom?
rosalind: With me, I had the torch.
+ joy tom owen beatrice

priya: Does anybody have a heated propagator they are not using?
chidi: Until February, yes. Come by the polytunnel.
> priya: You are a saint.
> chidi: I am a man with two propagators.
+ heart priya

ingrid: Please leave the ladder at the orchard corner. It lives there.
george: It was lonely.
+ joy ingrid arthur

admin: Reminder: rents by the end of the month, the tin is in the hut.
bjorn: I count on Fridays.
> harriet: Can I pay by bank transfer this year?
> bjorn: You can. The number is on the notice board.
> harriet: Done, thank you.

lukasz: I need jars. Large ones. I have said this before.
agnieszka: How many is many?
lukasz: Forty.
miguel: I have six from olives, do they count?
lukasz: Everything counts.

margaret: Whoever left the gate open: the pheasant has been in again.
yusuf: Sorry, that was me with the barrow. I went back too late.
margaret: No harm, it only ate the peas that Arthur was done with.
arthur: I was not done with them.
+ open_mouth owen yusuf

peter: Oyster mushrooms on the old hazel logs, second flush. Help yourselves.
ingrid: With or without the beetles?
peter: The beetles stay.
+ joy ingrid rosalind

sofia: Has anybody kept seed of the purple beans from the photograph?
astrid: I have. They turn green in the pan, be warned.
sofia: Everything does, if one cooks like me.

fatima: My okra is 4 cm tall and I am very proud.
+ tada priya cagla chidi
cagla: Put it in my greenhouse, there is a corner free on the south side.
> fatima: Really? I will bring tea.
> cagla: Then bring two.

xiaoyu: Garlic chives at the gate, please take them. 请拿走。
mai: Took a bunch, left you some perilla.
xiaoyu: 谢谢!
+ heart mai

callum: Sixty-six degrees at noon. Sixty-six.
peter: Photograph or it did not happen.
callum: It is on the board.
+ tada peter zoe dev

etienne: Who is taking part in the summer show? I have no rows, only opinions.
gareth: There is a class for opinions. It is called judging.
+ joy etienne george ingrid admin

beatrice: I have labels left, the zinc ones, free for who asks first.
amelie: First!
beatrice: Second shelf, behind the string.

hina: 大根が大きくなりました。 The daikon is longer than my boots.
+ open_mouth xiaoyu olena
olena: Bring it to the weigh-in.

sofia: Reminder for the seed swap: write the year on the envelope, not only the hope.
+ joy zoe astrid
astrid: Mine say "vermutlich 2022".
sofia: That will do.

tom: Swarm in the hazel hedge, please keep the children on the other side until four.
hannah: Year 4 is informed and thrilled.
> tom: Anybody who wants to watch from the path is welcome.
> hannah: We are twenty-eight. The path will hold.
> tom: Quietly, then.
+ pray hannah
tom: They are in the box. Path is open.

dimitri: Is dill a weed?
mai: Not if you eat it.
dimitri: Then I have no weeds.
+ joy mai miguel

kwame: Two raised beds left over from the workshop, 1.20 by 2.40. Who has bad knees?
arthur: I have bad everything.
kwame: Then one is yours. I will set it up on Thursday.
+ heart margaret member arthur

member: First courgette! Ten centimetres. The children want to frame it. [ten-centimetres.jpg]
+ tada zoe margaret jose moderator
jose: ¡Enhorabuena! Tomorrow it will be thirty centimetres.
> member: You are joking.
> jose: I am from Murcia. We do not joke about courgettes.
+ joy member zoe
> margaret: He is not joking, dear.

hannah: Year 4 asks whether radishes can hear.
arthur: Mine could.
> hannah: They want to know what you sang.
> arthur: Nothing that can be repeated to Year 4.
+ joy hannah margaret owen

mai: Perilla, mint and rau răm at the corner of 17, take what you like before the frost does.
miguel: Obrigado, Mai. The mint is already in the tea.

george: Fig update: still one.
+ pray ingrid etienne

peter: Wood chip delivery on Friday, first heap by the gate, second behind the hut.
zoe: I will take eight barrows if nobody minds.
> peter: Leave some for the paths.
> zoe: Of course.
> callum: And some for the heap.
> peter: There are six cubic metres. You will all be happy.

miguel: Caldo verde on Sunday, I need somebody with a big pot.
margaret: The hut has one. It held the punch in 1987.
arthur: It was 1986.
+ joy margaret

admin: The council cuts the outer hedge on Wednesday. Cars out by eight, please.
+ thumbsup bjorn ingrid gareth

niall: Blight warning for the weekend, dry leaves if you can.
jose: Gracias. Mine are covered.
gareth: Mine are leeks.

harriet: Does anybody know what eats the labels? Only mine are gone.
beatrice: Pencil or pen?
> harriet: Pen.
> beatrice: Then it was the rain. Pencil lasts for ever.
harriet: Seven years on the waiting list and nobody told me that.
+ joy beatrice yusuf member

astrid: Hat jemand eine Sense? I would like to try the top path by hand.
bjorn: Shed, left wall. Sharpen it first, stone is in the drawer.
astrid: Danke!

owen: Strawberries are over. I shall play something sad at five.
+ cry margaret fatima
+ heart amelie

chidi: Scotch bonnets ready. Gloves are next to them, for a reason.
priya: I learned that last year.

moderator: New plot holders: the walk round is on Saturday at ten, wear boots.
yusuf: I will be there.
harriet: Me too.
member: So will we, all four of us.
+ thumbsup moderator

rosalind: Please do not empty buckets into the pond. It is a pond, not a bucket.
+ thumbsup tom zoe admin

agnieszka: Cut flowers for the hut are in the blue bucket, take one home.
+ heart margaret beatrice hina
margaret: They smell of August.

ingrid: Windfalls in the crates by the orchard gate. The press comes on Saturday.
george: How many bottles do we need?
ingrid: All of them.

bjorn: Somebody has paid the rent with a jar of honey.
tom: It is a large jar.
> bjorn: The auditor will ask.
> tom: The auditor can have a jar too.
+ joy admin moderator ingrid

lukasz: Thank you for thirty-one jars. I can begin.
+ tada agnieszka miguel olena

dev: Water level in the tank is back at 80 %, so you may water the onions again.
gareth: Nobody waters onions in September.
dev: The spreadsheet does.

zoe: Frost on the forecast for Thursday, minus one on our hill.
member: Can anybody lend me fleece for one row of beans?
> cagla: I have enough for four rows.
> fatima: Then yes, please, for the okra too.
> member: You are both lovely.
---
> cagla: Yours is by the tap, Maya, folded.
> fatima: Mine is on. The okra looks like a very small ghost.
+ joy cagla

margaret: Who is on the tea rota this Sunday? The list says "@member or whoever".
+ joy arthur kwame
kwame: It could also say Kwame. I bake.
arthur: Then I come.

niall: Potatoes for the bonfire are in the hut, forty of them, do not boil them.
jose: @member your bean poles have come, they lean on my greenhouse.
> margaret: I can bring two of them over in the car.
> jose: They are two and a half metres, Margaret.
+ joy kwame zoe
olena: Is the weigh-in still on the hut's scales?
admin: Yes, and they have been tested with Björn.
+ joy bjorn olena
`
}
