package sandbox

// The words of the community. {x} is what a text is about, {X} the same at the beginning of a sentence.

func cropNames() []string {
	return []string{
		"tomatoes", "courgettes", "runner beans", "broad beans", "leeks", "garlic", "beetroot", "carrots", "parsnips", "kale",
		"chard", "peas", "sweetcorn", "pumpkins", "potatoes", "onions", "lettuce", "radishes", "celeriac", "pak choi",
	}
}

func fruitNames() []string {
	return []string{
		"apples", "plums", "figs", "raspberries", "gooseberries", "strawberries", "blackcurrants", "quinces",
		"pears", "grapes", "cobnuts",
	}
}

func soilThings() []string {
	return []string{
		"comfrey", "leaf mould", "coffee grounds", "wood chip", "horse manure", "seaweed", "green manure", "biochar",
		"cardboard", "worm castings", "bokashi",
	}
}

func vegetablePatterns() [][]string {
	return [][]string{
		{
			"When do you sow {x} up here?", "The packet says one thing and the wind on our hill says another. Last year I " +
				"went by the packet and had to start over.",
			"So: when do you sow {x}, and do you start under cover or straight in the ground?",
		},
		{
			"{X} and slugs: what has worked for you?", "I have lost two rows of {x} in a week. Copper tape did nothing, beer " +
				"did a little, going out with a torch did most of it.",
			"I would rather sleep at night. What works on heavy soil?",
		},
		{
			"Best variety of {x} for clay?", "Plot 14b is clay with some clay in it. I am digging in compost as fast as I " +
				"can make it, but it will not be ready for this season.",
			"Which {x} forgive a beginner and a wet spring?",
		},
		{
			"My {x} bolted, again", "Third year running. They look wonderful until the first warm week and then they are off.",
			"Is it the watering, the variety, or me?",
		},
		{
			"Too many {x}: recipes, please", "We eat {x} at breakfast now. The neighbours have stopped answering the door.",
			"Anything that freezes, pickles or disappears into a cake is welcome.",
		},
		{
			"Saving seed from {x}", "I left the best plants standing this year and the pods are nearly dry.",
			"Has anybody here kept seed of {x} for more than a couple of seasons? Do they stay true?",
		},
		{
			"{X} under fleece: worth it?",
			"Two rows covered, two rows not. So far the covered ones are ahead by ten days, and so are the weeds.",
			"I will post the weights in autumn.",
		},
	}
}

func soilPatterns() [][]string {
	return [][]string{
		{
			"Is {x} worth the trouble?",
			"There is a heap of {x} by the gate, free to take, and a strong opinion about it at every plot.",
			"What has it done for your soil, honestly?",
		},
		{
			"A year with {x}", "I put {x} on three beds last November and nothing on the fourth. The difference shows in the " +
				"beans already, and in my back.",
			"Next winter I do the fourth bed too.",
		},
	}
}

func fruitPatterns() [][]string {
	return [][]string{
		{
			"Pruning {x}: before or after the frost?", "Ingrid says before, George says after, and the book says it depends.",
			"I have until Sunday to decide. What do you do with your {x}?",
		},
		{
			"What got at my {x}?", "Half the crop was gone overnight. No tracks, no feathers, just stalks.",
			"Badger, blackbird or schoolchildren? Netting goes up tomorrow in any case.",
		},
	}
}

func swapPatterns() [][]string {
	return [][]string{
		{
			"Offered: {x}, saved here",
			"About thirty envelopes of {x}, saved from plants that stood through last summer without much water.",
			"In the hut, on the shelf above the kettle. Take what you can use.",
		},
		{
			"Wanted: old varieties of {x}",
			"I am looking for {x} that were grown here before the catalogues all became the same.", "Happy to swap against " +
				"beans, dahlias or an afternoon of digging.",
		},
	}
}

func introductions() [][]string {
	return [][]string{
		{
			"Hola desde la parcela 22",
			"Soy José, de Murcia. Cultivo tomates y pimientos, y hablo con ellos en español porque en inglés no me hacen caso.",
			"If anybody has a greenhouse pane to spare, I am your man.",
		},
		{
			"Hello from plot 9", "Zoë here. I do not dig. I have not dug since 2012 and the worms have sent a card.",
			"Come and see the beds whenever the gate is open.",
		},
		{"Sauerkraut, anyone?", "I am Łukasz. I grow cabbages and I need jars, large ones, with lids that close."},
		{"Year 4 say hello", "We are thirty children and one teacher. We have planted radishes because they are quick and " +
			"because Alfie likes them.", "Please do not mind the flags."},
		{"大家好", "我是小雨，种小白菜和韭菜。 种子可以分给大家。", "I have too many garlic chives. Really, too many."},
		{"Plot 3", "My granddaughter says I must introduce myself. You all know me. I am the one by the tap."},
		{"Merhaba", "Three greenhouses, bought second hand, put up by an optimist. Peppers are in. Tea is always on."},
		{
			"Привіт із Полтави", "Я вирощую гарбузи та соняшники. Дякую, що прийняли нас так тепло.",
			"My largest pumpkin weighed 41 kilos. I have a photograph and a witness.",
		},
		{
			"Drip lines and data",
			"I am Dev. I measure things. If you would like to know how much water your beans drink, ask; if you would not, " +
				"ask me about anything else.",
		},
		{"Xin chào", "I grow the herbs that I cannot buy here. If you want to taste something new, pick a leaf at the " +
			"corner of plot 17."},
		{"Leeks", "Gareth. Leeks. For show. Do not touch the collars."},
		{
			"Hello from the orchard corner",
			"I look after the cordons along the north fence. Windfalls are for everybody, the ladder is not.",
		},
		{
			"Six hives and a smoker",
			"I am Tom. The bees are behind the hazel hedge. They do not read the rules but they keep them better than most.",
		},
		{
			"Curry leaves, take three",
			"The first two plants died of February. The third lives on the windowsill and has a name.",
		},
	}
}

// handWritten are posts that need their own words, by space.
func handWritten() map[string][][]string {
	return map[string][][]string{
		"announcements": {
			{
				"Water goes on this Saturday",
				"The taps will be opened on Saturday morning. Please check yours for drips and tell the hut if you find any.",
			},
			{"Skip arrives on the 14th", "For what cannot be composted or burned. Not for sofas."},
			{
				"Hedge cutting along the lane",
				"The council will cut the outer hedge next week. Move your cars, and your beans if they lean on it.",
			},
			{"New padlock code", "The code changes on the first of the month. Ask at the hut; it will not be posted here."},
			{"Rents are due", "Thank you to everybody who has paid. For the others: the tin is in the hut and Björn counts " +
				"it on Fridays."},
			{
				"Results of the summer show",
				"Best in show went to plot 22 for a plate of tomatoes. The leek class was, once more, not without controversy.",
			},
			{"Bonfire rules for autumn", "After dusk, dry wood only, hedgehogs first: turn the heap before you light it."},
			{
				"Thank you for the pond",
				"Twelve people, one Sunday, and we have a pond. Rosalind has counted four newts already.",
			},
		},
		"beekeepers": {
			{
				"First inspection of the year",
				"Five of six came through the winter. The sixth was queenless in October and I should have united it.",
			},
			{"Swarm in the hazel hedge", "Collected at noon, the size of a football. It is in the spare box by the shed."},
			{"Varroa counts", "Eleven in a week on the floor of hive two. I would treat above ten. What do you say?"},
			{"Who has the second extractor?", "It is not in the shed and it is not in my kitchen."},
			{
				"Forage in the June gap",
				"Plot 19 has phacelia, plot 30 has borage, and the lime trees open in two weeks. They should manage.",
			},
			{"Labels for the honey", "The council wants the weight on the front. I have printed two hundred."},
			{"Wasps", "Reduce your entrances. They found hive five on Tuesday."},
			{"Winter feed", "Twelve kilos of fondant have come, in my garage, help yourselves and write it down."},
		},
		"committee": {
			{"Minutes of the September meeting", "Present: five. Apologies: two. The shed roof was discussed at length."},
			{"Complaint about plot 27a", "It was a jungle before he came. I propose that we give him until spring."},
			{"Quote for the shed roof", "Three quotes, one of them serious. See the table in the file."},
			{"Waiting list: 63", "Sixty-three names. Splitting the next two free plots would take four."},
			{"Insurance renewal", "Up eight per cent. I have asked why."},
			{"Keys", "Two are missing. Please look in your other coat."},
		},
	}
}

func photoCaptions() []string {
	return []string{
		"First tomatoes of the year, and they were warm", "Nine courgettes from one plant, overnight",
		"Garlic drying in the hut", "The leek collars are on",
		"Year 4 and the radish harvest", "Purple beans before they turn green in the pan", "Forty cabbages, one spade",
		"Pumpkin, with a cat for scale",
		"Sweet peas by the gate", "Shiso in the evening light", "One fig. I am sharing it with nobody",
		"A bucket of windfalls",
		"Morning on the pond, no newts in sight", "Beetroot in three colours", "Scotch bonnets: look, do not touch",
		"The new raised beds are finished",
		"Daikon as long as my arm", "Frost on the kale, which is how it should be", "Sunflowers, 2.90 m and counting",
		"Last strawberries of September",
	}
}

func commentOpeners() []string {
	return []string{
		"I had the same with my {x} two years ago.", "We start {x} in the last week of March and never regretted it.",
		"Wool pellets, and patience.",
		"Thank you, this is exactly what I needed.", "Have you tried it on the south side of the hut?",
		"Arthur swears by soot. I do not.",
		"That is a lovely way of putting it.", "Mine did nothing until July and then could not be stopped.",
		"Mulch, mulch and more mulch.",
		"I would wait another week.", "Ask Gareth, he has a notebook.", "Come by plot 9 and I will show you.",
		"The pigeons got to it first, I am afraid.",
		"Same here. I blame the spring.", "I can bring some on Sunday if you like.", "My grandmother put eggshells around " +
			"everything.",
		"Which bed was that?", "Depends on the winter, doesn't it?", "I have a spare net, 4 by 3 metres.",
		"We gave up on {x} and grow beans there now.",
		"Do you water in the evening?", "Not too deep, that is all I know about {x}.", "I wrote it down last year: 12 " +
			"April.", "Congratulations!",
		"Could you post a photo of the leaves?", "Ein Traum. Ich komme am Samstag vorbei.", "¡Qué maravilla!",
		"It looks like rust to me.",
		"Slugs do not like coffee, but they do not mind it much either.", "I will take three if there are any left.",
		"Chop and drop, and forget about it.",
		"Dig a hole, fill a bucket, watch how fast it drains. Then decide.", "Дуже гарно!", "I second that.",
		"No, the other shed.",
		"Count me in.", "You were right about the {x}.", "I had no luck at all with {x}, to be honest.",
		"Try it in a pot first.", "That made me laugh out loud.",
	}
}

func commentEndings() []string {
	return []string{
		"Let us know how it goes.", "It was a wet year, though.", "The kettle is on if you want to talk about it.",
		"I would not do it again.",
		"There is more of it behind the hut.", "My knees agree.", "Ask me again in August.", "I have seed left if you " +
			"want to try.",
		"You can borrow mine.", "The children loved it.", "It cost me nothing but time.", "Do not tell the pigeons.",
		"Worth every minute.",
		"I still have the scars.", "Half of it went to the neighbours.", "I read that somewhere, at least.",
		"And label it, for heaven's sake.",
		"Next year I shall do it properly.", "Is anybody there on Thursday?", "We could order together.",
		"It is the wind on that side.",
		"Old plants are not the problem.", "It tastes better than it looks.",
	}
}
