//! Learns which points of a square lie in a circle.
use dnn::{Config, Dataset, Model, Trainer};

fn main() -> dnn::Result<()> {
    let mut points = Vec::new();
    let mut inside = Vec::new();
    for row in 0..20 {
        for column in 0..20 {
            let (u, v) = ((f64::from(column) - 9.5) / 10.0, (f64::from(row) - 9.5) / 10.0); // from -0.95 to 0.95
            points.extend([u, v]);
            inside.push(i32::from(u * u + v * v < 0.5));
        }
    }

    let mut config = Config::new("classifier")?;
    config.set("epochs", 200)?;
    let mut model = Model::new(&[2, 16, 2], Some(&config))?; // a point in; how likely outside and inside it is, out
    let mut trainer = Trainer::new(&mut model, None)?;
    let finished = trainer.fit(&Dataset::with_labels(&points, 2, &inside, 2)?, None, |p| {
        if p.ends_epoch() && p.epoch % 10 == 0 {
            println!("epoch {}: loss {:.3}", p.epoch, p.loss);
        }
        !p.ends_epoch() || p.loss > 0.15 // go on?
    })?;
    println!(
        "{} after {} epochs",
        if finished { "done" } else { "stopped" },
        trainer.history().len()
    );

    let probability = model.predict(&[0.0, 0.0, 0.9, 0.9])?;
    println!("(0, 0) is inside with probability {:.3}", probability[1]);
    println!("(0.9, 0.9) is inside with probability {:.3}", probability[3]);

    model.save("circle.dnn")?;
    println!(
        "loaded from circle.dnn: {:.3}",
        Model::load("circle.dnn")?.predict(&[0.0, 0.0])?[1]
    );

    if let Err(error) = config.set("epochs", "many") {
        println!("error: {error}"); // on purpose
    }
    Ok(())
}
