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
     "With two numbers a code is a point in the plane. Pictures that look alike lie near each other; the code plane on the Train "
     "screen (v) shows it growing. With more numbers the plane is the one in which the codes are spread most (their two principal "
     "components).\n\n"
     "A code larger than the input squeezes nothing: the network could learn to copy."},
    {"loss",
     "How wrong the output is, as one number; training makes it smaller. Losses of different kinds cannot be compared.\n\n"
     "mse: the mean of the squared differences. mae: of the absolute ones. bce: binary cross-entropy, for outputs between 0 and 1 "
     "(end with sigmoid); it does not fall to 0 even for a perfect picture, because grey pixels cost something. crossentropy: for "
     "classes (end with softmax)."},
    {"training and validation",
     "The training curve (blue) is measured on what the network learns from, the validation curve (sand, dashed) on pictures it "
     "never learns from.\n\n"
     "When validation turns upward while training goes on falling, the network learns its pictures by heart. The best epoch, "
     "the one with the least validation loss, is starred and kept."},
    {"epoch, batch, learning rate",
     "An epoch is once through all training pictures. A batch is the few that are looked at before the weights change a little. "
     "The learning rate says how little.\n\n"
     "Too large and the loss jumps or becomes nan; too small and nothing happens. r on the Train screen changes it while it trains. "
     "Adadelta wants a rate of 1, not 0.001."},
    {"same and valid",
     "A convolution looks at a small window, 3x3 say, and moves it over the picture. At the edge the window would hang out.\n\n"
     "valid: it stays inside, and the output is smaller: 28 becomes 26. same: the edge is filled with zeros, and the output is as large "
     "as the input (divided by the stride, rounded up)."},
    {"stride and pooling",
     "Two ways to make a map smaller. With stride 2 the window moves two pixels at a time, so 28x28 becomes 14x14. Max pooling keeps "
     "the largest of each 2x2.\n\n"
     "The way back: UpSample repeats pixels, ConvT (a transposed convolution) with stride 2 learns how to fill in.\n\n"
     "Odd sizes do not come back: 7 halved is 4 with same, and doubled is 8. The doctor says so before you train."},
    {"mirror",
     "`decoder mirror` makes the decoder from the encoder, backwards: Dense and Dense, Conv and Conv or ConvT, MaxPool and UpSample, "
     "Flatten and Reshape. It changes with the encoder, and its layers are locked. b breaks the mirror and makes them your own."},
    {"noise",
     "A denoising autoencoder gets a spoilt picture and must make the clean one. It cannot just copy, so it learns what digits look like.\n\n"
     "gaussian adds random numbers to each pixel; saltpepper makes some black or white; masking makes some black. The noise is new in every "
     "epoch; for validation and pictures it is always the same."},
    {"KL and beta",
     "A variational autoencoder's encoder does not give a point but a small cloud (mu and sigma), and the code is drawn from it. KL measures "
     "how far the clouds are from the standard normal distribution; it is added to the loss, times beta.\n\n"
     "It keeps the codes together without holes, so that a code drawn by chance decodes to something that looks like a digit. A number whose KL is "
     "near zero is not used by the network."},
    {"dropout and batch normalisation",
     "Dropout silences some outputs at random while training, so that no unit relies on one other. Batch normalisation brings the outputs of a layer "
     "to mean 0 and variance 1 over the batch, then scales them; it makes deep networks learn faster. Both do nothing random when you look."},
    {"activation",
     "What a layer does to each number at its end. relu: negative becomes 0. lrelu, elu: a little less harsh. sigmoid: into 0..1, for pixels. tanh: into "
     "-1..1. softmax: shares that add up to 1, for classes. linear: nothing."},
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
