/* Fills a chunk of a batch.  Runs on the threads of the team, so it only reads what it is given. */
#include "train/feed.h"

#include <string.h>

static void fill(void *context, int first, int count, float *x, float *target, uint8_t *labels)
{
    const Feed *feed = context;
    size_t size = shape_size(feed->set->shape);
    bool noisy = !noise_is_none(feed->noise);
    enum { AHEAD = 4 }; /* waiting for samples was most of the time that filling took, a tenth of `simple` */
    for (int i = 0; i < count; i++) {
        if (i + AHEAD < count)
            dataset_prefetch(feed->set, (int)feed->index[first + i + AHEAD]);
        uint32_t sample = feed->index[first + i];
        float *row = x + (size_t)i * size;
        dataset_sample(feed->set, (int)sample, row);
        if (target)
            memcpy(target + (size_t)i * size, row, size * sizeof *row);
        if (noisy)
            noise_apply(feed->noise, feed->seed, feed->epoch, sample, size, row);
        if (labels)
            labels[i] = feed->set->labels[sample];
    }
}

BatchSource feed_source(Feed *feed)
{
    return (BatchSource){.fill = fill, .context = feed, .target_is_input = noise_is_none(feed->noise)};
}
