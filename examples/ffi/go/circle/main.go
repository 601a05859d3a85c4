// Command circle learns which points of a square lie in a circle.
package main

import (
	"fmt"
	"log"

	"libdnn/dnn"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	var points []float64
	var inside []int32
	for row := 0; row < 20; row++ {
		for column := 0; column < 20; column++ {
			u, v := (float64(column)-9.5)/10, (float64(row)-9.5)/10 // from -0.95 to 0.95
			points = append(points, u, v)
			if u*u+v*v < 0.5 {
				inside = append(inside, 1)
			} else {
				inside = append(inside, 0)
			}
		}
	}

	config := must(dnn.NewConfig("classifier"))
	if err := config.Set("epochs", 200); err != nil {
		log.Fatal(err)
	}
	model := must(dnn.NewModel([]int64{2, 16, 2}, config)) // a point in; how likely outside and inside it is, out
	trainer := must(dnn.NewTrainer(model, nil))
	dataset := must(dnn.NewLabelled(points, 2, inside, 2))
	finished := must(trainer.Fit(dataset, nil, func(p *dnn.Progress) bool {
		if p.EndsEpoch() && p.Epoch%10 == 0 {
			fmt.Printf("epoch %d: loss %.3f\n", p.Epoch, p.Loss)
		}
		return !p.EndsEpoch() || p.Loss > 0.15 // go on?
	}))
	end := "stopped"
	if finished {
		end = "done"
	}
	fmt.Printf("%s after %d epochs\n", end, len(trainer.History()))

	probability := must(model.Predict([]float64{0, 0, 0.9, 0.9}))
	fmt.Printf("(0, 0) is inside with probability %.3f\n", probability[1])
	fmt.Printf("(0.9, 0.9) is inside with probability %.3f\n", probability[3])

	if err := model.Save("circle.dnn"); err != nil {
		log.Fatal(err)
	}
	loaded := must(dnn.LoadModel("circle.dnn"))
	fmt.Printf("loaded from circle.dnn: %.3f\n", must(loaded.Predict([]float64{0, 0}))[1])

	if err := config.Set("epochs", "many"); err != nil { // an error, on purpose
		fmt.Println("error:", err)
	}
}
