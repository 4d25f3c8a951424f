package sas

// Emoji is one of the 64 emoji of the specification. Show it with its
// description, or a translation of that; the index finds one.
type Emoji struct {
	Index       int
	Symbol      string
	Description string
}

// Emoji returns seven emoji for the users to compare. It returns
// [ErrTheirKeyNotSet] or [ErrWiped].
//
// https://spec.matrix.org/latest/client-server-api/#sas-method-emoji
func (s *SAS) Emoji(info string) ([7]Emoji, error) {
	if err := s.ready(); err != nil {
		return [7]Emoji{}, err
	}
	var b [6]byte
	s.derive(b[:], info)
	return emoji(&b), nil
}

// emoji takes 6 bits for each emoji and drops the last 6. The bits index a
// table, though nothing secret may: these are about to be shown to everybody
// who can see the screen.
func emoji(b *[6]byte) [7]Emoji {
	var bits uint64
	for _, v := range b {
		bits = bits<<8 | uint64(v)
	}
	var list [7]Emoji
	for i := range list {
		list[i] = emojiTable[bits>>(48-6*(i+1))&63]
	}
	return list
}

// emojiTable is that of the specification. Some symbols need the variation
// selector U+FE0F, which is spelt out because it cannot be seen.
var emojiTable = [64]Emoji{
	{0, "🐶", "Dog"},
	{1, "🐱", "Cat"},
	{2, "🦁", "Lion"},
	{3, "🐎", "Horse"},
	{4, "🦄", "Unicorn"},
	{5, "🐷", "Pig"},
	{6, "🐘", "Elephant"},
	{7, "🐰", "Rabbit"},
	{8, "🐼", "Panda"},
	{9, "🐓", "Rooster"},
	{10, "🐧", "Penguin"},
	{11, "🐢", "Turtle"},
	{12, "🐟", "Fish"},
	{13, "🐙", "Octopus"},
	{14, "🦋", "Butterfly"},
	{15, "🌷", "Flower"},
	{16, "🌳", "Tree"},
	{17, "🌵", "Cactus"},
	{18, "🍄", "Mushroom"},
	{19, "🌏", "Globe"},
	{20, "🌙", "Moon"},
	{21, "☁\ufe0f", "Cloud"},
	{22, "🔥", "Fire"},
	{23, "🍌", "Banana"},
	{24, "🍎", "Apple"},
	{25, "🍓", "Strawberry"},
	{26, "🌽", "Corn"},
	{27, "🍕", "Pizza"},
	{28, "🎂", "Cake"},
	{29, "❤\ufe0f", "Heart"},
	{30, "😀", "Smiley"},
	{31, "🤖", "Robot"},
	{32, "🎩", "Hat"},
	{33, "👓", "Glasses"},
	{34, "🔧", "Spanner"},
	{35, "🎅", "Santa"},
	{36, "👍", "Thumbs Up"},
	{37, "☂\ufe0f", "Umbrella"},
	{38, "⌛", "Hourglass"},
	{39, "⏰", "Clock"},
	{40, "🎁", "Gift"},
	{41, "💡", "Light Bulb"},
	{42, "📕", "Book"},
	{43, "✏\ufe0f", "Pencil"},
	{44, "📎", "Paperclip"},
	{45, "✂\ufe0f", "Scissors"},
	{46, "🔒", "Lock"},
	{47, "🔑", "Key"},
	{48, "🔨", "Hammer"},
	{49, "☎\ufe0f", "Telephone"},
	{50, "🏁", "Flag"},
	{51, "🚂", "Train"},
	{52, "🚲", "Bicycle"},
	{53, "✈\ufe0f", "Aeroplane"},
	{54, "🚀", "Rocket"},
	{55, "🏆", "Trophy"},
	{56, "⚽", "Ball"},
	{57, "🎸", "Guitar"},
	{58, "🎺", "Trumpet"},
	{59, "🔔", "Bell"},
	{60, "⚓", "Anchor"},
	{61, "🎧", "Headphones"},
	{62, "📁", "Folder"},
	{63, "📌", "Pin"},
}
