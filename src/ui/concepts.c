/* The pages of the help screen.  Paragraphs are parted by an empty line and wrapped to the window. */
#include "ui/concepts.h"

const Concept concepts[] = {
    {"autoencoder",
     "A network that learns to repeat its input through a narrow place. What passes the narrow place is the code; the part before "
     "it is the encoder, the part behind it the decoder.\n\n"
     "It needs no labels: the input is its own target. It cannot learn everything by heart, because the code is too small, so it "
     "learns what the pictures have in common.\n\n"
     "Drawn layer by layer, wide, narrow, wide, it is an hourglass."},
    {"latent code",
     "The numbers at the waist of the hourglass. `simple` has 32 of them for 784 pixels: each picture becomes 32 numbers, and "
     "from these it is made again.\n\n"
     "With two numbers a code is a point in the plane, and pictures that look alike lie near each other; the code plane on the Train "
     "screen shows it growing.\n\n"
     "A code larger than the input squeezes nothing: the network could learn to copy. The doctor says so."},
    {"reconstruction error",
     "How far the picture that comes out is from the one that went in. It is what an autoencoder makes small, and with it the only "
     "judge of a code: what the code has not kept, the decoder cannot draw.\n\n"
     "It is the mean over all pixels and all pictures. Some pictures are harder than others: the Gallery shows the worst ones first "
     "(s), and the differences pixel by pixel.\n\n"
     "A picture unlike all that was learned from has a large error. So an autoencoder finds what is unusual."},
    {"loss: mse, mae, bce",
     "How wrong the output is, as one number; training makes it smaller. Losses of different kinds cannot be compared.\n\n"
     "mse: the mean of the squared differences. Large mistakes count most, so pictures become smooth, a little blurred. mae: of the "
     "absolute differences; a few large mistakes are forgiven.\n\n"
     "bce: binary cross-entropy, which takes each pixel for a probability; the last layer must end with sigmoid. It learns faster than "
     "mse where pixels are nearly black or white, as digits are. It does not fall to 0 even for a perfect picture, because grey pixels "
     "cost something: about 0.07 on MNIST is very good.\n\n"
     "crossentropy: for classes; the last layer ends with softmax."},
    {"training, validation",
     "The training curve (blue) is measured on what the network learns from, the validation curve (sand, dashed) on pictures it "
     "never learns from.\n\n"
     "The best epoch, the one with the least validation loss, is starred and kept.\n\n"
     "Validation can lie below training: dropout and noise make training harder, and a training epoch is measured while it "
     "is still getting better."},
    {"overfitting",
     "When validation turns upward while training goes on falling, the network learns its pictures by heart: it gets worse at all "
     "others.\n\n"
     "Against it: stop at the best epoch (it is kept for you), a smaller code or fewer filters, dropout, noise on the input, more "
     "pictures. The built-in digits have no end: a data set of them is as large as you want."},
    {"epoch, batch",
     "An epoch is once through all training pictures. A batch is the few that are looked at before the weights change a little.\n\n"
     "Small batches change the weights often, and each change is noisy; large ones are steadier and use the processor better, but "
     "need more epochs. 32 to 256 is usual."},
    {"learning rate",
     "How far the weights move after each batch. The most important number of a training.\n\n"
     "Too large and the loss jumps or becomes nan; too small and nothing happens. 0.001 is a good beginning for adam and rmsprop, 0.01 "
     "to 0.1 for sgd; Adadelta wants 1, not 0.001.\n\n"
     "r on the Train screen changes it while it trains: when the curve is flat but trembles, a tenth of the rate often finds a lower "
     "place. A schedule does that by itself."},
    {"optimizers, momentum",
     "What turns the gradient (which way is downhill) into a step.\n\n"
     "sgd steps straight down, each weight at the same rate. Momentum adds a part of the last step, as a ball rolls: it is faster "
     "through long valleys and not thrown about by every batch.\n\n"
     "rmsprop, adagrad and adadelta give each weight a rate of its own: small where its gradients are large. adam does both, and "
     "is what to take first. adamw takes weight decay apart from it."},
    {"same and valid",
     "A convolution looks at a small window, 3x3 say, and moves it over the picture. At the edge the window would hang out.\n\n"
     "valid: it stays inside, and the output is smaller: 28 becomes 26. same: the edge is filled with zeros, and the output is as large "
     "as the input (divided by the stride, rounded up)."},
    {"filters, feature maps",
     "A filter is a small pattern of weights that a convolution looks for everywhere in the picture; where it is found is "
     "that filter's feature map. 16 filters make 16 maps.\n\n"
     "The first layer finds edges, the next ones strokes and corners, put together from them. The Gallery shows filters (weights) and "
     "maps (features)."},
    {"stride and pooling",
     "Two ways to make a map smaller. With stride 2 the window moves two pixels at a time, so 28x28 becomes 14x14. Max pooling keeps "
     "the largest of each 2x2.\n\n"
     "Odd sizes do not come back: 7 halved is 4 with same, and doubled is 8. The doctor says so before you train."},
    {"transposed convolution",
     "The way back from a small map to a large one. Each number of the small map paints its filter onto the large map, stride pixels "
     "from the last; where the paintings overlap they add up. `convt 16 3x3 stride=2` makes 14x14 of 7x7, and learns what to fill in.\n\n"
     "The other way is UpSample, which repeats pixels, with a plain convolution behind it: it never leaves the pattern "
     "of a chessboard that a transposed one can, when the stride does not divide the window."},
    {"mirror",
     "`decoder mirror` makes the decoder from the encoder, backwards: Dense and Dense, Conv and Conv or ConvT, MaxPool and UpSample, "
     "Flatten and Reshape. It changes with the encoder, and its layers are locked. b breaks the mirror and makes them your own."},
    {"noise, denoising",
     "A denoising autoencoder gets a spoilt picture and must make the clean one. It cannot just copy, so it learns what digits look like.\n\n"
     "gaussian adds random numbers to each pixel; saltpepper makes some black or white; masking makes some black. The noise is new in every "
     "epoch; for validation and pictures it is always the same."},
    {"variational, KL, beta",
     "A variational autoencoder's encoder does not give a point but a small cloud (mu and sigma), and the code is drawn from it. KL measures "
     "how far the clouds are from the standard normal distribution; it is added to the loss, times beta.\n\n"
     "It keeps the codes together without holes, so that a code drawn by chance decodes to something that looks like a digit. A number whose KL is "
     "near zero is not used by the network.\n\n"
     "Larger beta: tidier codes, more blur. Smaller beta: sharper pictures, and holes between the codes. 0 is a plain autoencoder with "
     "noise on its code."},
    {"reading PCA and t-SNE",
     "Codes of more than two numbers must be flattened to be seen.\n\n"
     "PCA looks from the side where the codes are spread most. It is a shadow: distances and directions are real, but what lies behind one "
     "another falls together. The code plane on the Train screen is this one.\n\n"
     "t-SNE keeps neighbours together and lets everything else go. Clusters are real; how large they are, how far from each other, and "
     "where they lie means nothing. Another seed draws another map. Trust what several maps show."},
    {"dropout",
     "Silences some outputs at random while training, so that no unit relies on one other. `dropout 0.1` silences a tenth. When you look or "
     "evaluate, all of them speak. It helps against learning by heart, and makes training slower to fall."},
    {"batch normalisation",
     "Brings the outputs of a layer to mean 0 and variance 1 over the batch, then scales them by two numbers it learns. Deep networks learn faster "
     "with it and bear larger rates. When you look or evaluate it uses means kept from training, so nothing is random."},
    {"activation",
     "What a layer does to each number at its end. relu: negative becomes 0. lrelu, elu: a little less harsh. sigmoid: into 0..1, for pixels. tanh: into "
     "-1..1. softmax: shares that add up to 1, for classes. linear: nothing.\n\n"
     "Without any, many layers could do no more than one."},
    {"gradients, dead units",
     "A gradient says how the loss would change with a weight. The Train screen shows how large they are, layer by layer.\n\n"
     "Near 0 in the first layers: they do not learn (too deep, or sigmoids in the middle). Huge or nan: the rate is too large. A relu unit "
     "whose output is 0 for every picture is dead: it gets no gradient any more. Many dead ones: a smaller rate, or lrelu."},
    {"seed",
     "Everything random (the first weights, the order of pictures, noise, dropout) follows from the seed. The same design, data, seed and number of threads "
     "give the same bytes, every time, also after a pause or a resume."},
    {"stages",
     "Some recipes train in stages. `stacked` trains one layer after the other, each on the codes of the one before, then all together. `classifier` puts "
     "a classifier on a trained encoder: first with the encoder frozen, then with everything learning. The Train screen shows 2/4."},
    {"what is a run",
     "Each training has a folder of its own: the design, the history, the weights of many epochs, pictures. Nothing is overwritten. A run that was "
     "stopped, or killed, goes on exactly where it was (R). A fork starts a new run from an epoch of an old one."},
};
const int concepts_count = sizeof concepts / sizeof *concepts;
