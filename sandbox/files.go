package sandbox

import (
	"bytes"
	_ "embed"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
)

// film is eight seconds of a morning in a field, which every film of the seed shows, and birdsong six seconds of what
// every sound is.
var (
	//go:embed film.mp4
	film []byte
	//go:embed birdsong.mp3
	birdsong []byte
)

// seededFile is what a file of the seed holds: photographs are fields under a sky, portraits are flowers, sheets have
// their name on them. The same file always looks the same.
func seededFile(a attachment) []byte {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(a.SignedID))
	rnd := rand.New(rand.NewPCG(sum.Sum64(), 0))
	var out bytes.Buffer // which takes every write
	switch a.ContentType {
	case "image/jpeg":
		_ = jpeg.Encode(&out, field(rnd, a.Width/2, a.Height/2), &jpeg.Options{Quality: 82})
	case "image/png":
		_ = png.Encode(&out, flower(rnd, a.Width))
	case "application/pdf":
		sheet(&out, a.Filename)
	case "text/vtt":
		out.WriteString("WEBVTT\n\n00:00.000 --> 00:08.000\nMorning in the field. A blackbird sings.\n")
	case "video/mp4":
		return film
	case "audio/mpeg":
		return birdsong
	}
	return out.Bytes()
}

// sheet writes a PDF of one page of A4 with a title, which is ASCII without parentheses.
func sheet(out *bytes.Buffer, title string) {
	text := fmt.Sprintf("BT /F 24 Tf 72 740 Td (%s) Tj ET", title)
	out.WriteString("%PDF-1.4\n")
	var places []int
	for i, object := range []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(text), text),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	} {
		places = append(places, out.Len())
		fmt.Fprintf(out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	fmt.Fprintf(out, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, place := range places {
		fmt.Fprintf(out, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, table)
}

// field is a sky with a sun, three lines of hills, and rows of crops that run towards the horizon.
func field(rnd *rand.Rand, width, height int) image.Image {
	skies := [][2]rgb{
		{{108, 164, 206}, {246, 233, 205}},
		{{86, 120, 176}, {250, 205, 160}},
		{{150, 190, 205}, {240, 240, 220}},
		{{98, 104, 150}, {243, 178, 150}},
	}
	crops := []rgb{{96, 142, 66}, {128, 150, 62}, {70, 122, 84}, {150, 132, 60}}
	sky, crop, soil := skies[rnd.IntN(len(skies))], crops[rnd.IntN(len(crops))], rgb{104, 78, 58}
	w, h := float64(width), float64(height)
	sunX, sunY, sun := w*(0.15+0.7*rnd.Float64()), h*(0.14+0.2*rnd.Float64()), h*0.07
	hills := make([]func(x float64) float64, 3)
	for i := range hills {
		phase, waves := rnd.Float64()*6, 1+2*rnd.Float64()
		base, rise := h*(0.44+0.07*float64(i)), h*(0.06-0.012*float64(i))
		hills[i] = func(x float64) float64 {
			return base + rise*(math.Sin(phase+waves*x/w*5)+0.4*math.Sin(2*phase+waves*x/w*13))
		}
	}
	horizon, vanishing, rows := h*0.6, w*(0.3+0.4*rnd.Float64()), 7+float64(rnd.IntN(5))

	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for px := range width {
		x := float64(px)
		for py := range height {
			y := float64(py)
			c := mix(sky[0], sky[1], y/(h*0.55))
			c = mix(c, rgb{255, 244, 214}, within(sun,
				math.Hypot(x-sunX, y-sunY))+0.35*math.Exp(-math.Hypot(x-sunX, y-sunY)/(h*0.16)))
			for i, hill := range hills {
				c = mix(c, mix(mix(crop, sky[0], 0.62-0.22*float64(i)), rgb{20, 40, 30}, 0.12), y-hill(x)+0.5)
			}
			if depth := (y - horizon) / (h - horizon); depth > 0 {
				row := 0.5 + 0.5*math.Sin((x-vanishing)/(depth+0.12)/w*rows*math.Pi)
				c = mix(c, mix(mix(soil, crop, row*row*1.3), rgb{24, 34, 20}, 0.25*(1-depth)), depth*h*0.2)
			}
			img.Set(px, py, c.color())
		}
	}
	return img
}

// flower is seen from above: two rings of petals around a heart.
func flower(rnd *rand.Rand, size int) image.Image {
	grounds := []rgb{{222, 234, 212}, {214, 228, 238}, {246, 228, 208}, {236, 222, 240}, {208, 222, 204}, {250, 236, 214}}
	colours := []rgb{
		{214, 84, 106},
		{232, 140, 52},
		{136, 96, 190},
		{236, 184, 48},
		{70, 120, 190},
		{196, 70, 60},
		{228, 120, 160},
		{94, 150, 120},
	}
	ground, outer := grounds[rnd.IntN(len(grounds))], colours[rnd.IntN(len(colours))]
	inner, heart := mix(outer, rgb{255, 250, 240}, 0.42), mix(outer, rgb{70, 46, 20}, 0.72)
	petals, turn, middle := float64(5+rnd.IntN(5)), rnd.Float64()*math.Pi, float64(size)/2
	petal := func(angle float64) float64 { return 0.52 + 0.48*math.Abs(math.Cos(angle*petals/2)) }

	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for px := range size {
		for py := range size {
			x, y := float64(px)-middle, float64(py)-middle
			far, angle := math.Hypot(x, y), math.Atan2(y, x)+turn
			c := mix(ground, outer, within(middle*0.82*petal(angle), far))
			c = mix(c, rgb{40, 20, 30}, 0.16*within(middle*0.82*petal(angle), far)*(1-far/(middle*0.8)))
			c = mix(c, inner, within(middle*0.54*petal(angle+math.Pi/petals), far))
			c = mix(c, heart, within(middle*0.2, far))
			img.Set(px, py, c.color())
		}
	}
	return img
}

// rgb is a colour, each part from 0 to 255.
type rgb [3]float64

// mix goes from a to b, a share of 0 or less being a and of 1 or more b.
func mix(a, b rgb, share float64) rgb {
	share = min(1, max(0, share))
	for i := range a {
		a[i] += (b[i] - a[i]) * share
	}
	return a
}

func (c rgb) color() color.Color {
	return color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255}
}

// within is 1 inside a radius and 0 outside of it, with a soft edge of a pixel.
func within(radius, far float64) float64 { return min(1, max(0, radius-far+0.5)) }
