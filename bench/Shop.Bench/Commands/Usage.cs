namespace Shop.Bench.Commands;

internal static class Usage
{
    public const string Text =
        """
        Load tool of Shop. What it measures and how: docs/performance.md.

          reserve     reservations per second at Catalog's own port: cold products, one hot product, sold out
          browse      product pages, lists and searches at Catalog's own port
          cache       hit ratios and costs of the policies of Catalog's in-process cache, on made-up requests
          http        --url ADDRESS [--method GET] [--body TEXT] [--status 200]: something that is running already

        Options of all but cache:
          --seconds 10        measured time of each round        --warmup 3          seconds before it
          --rounds 3          rounds of each figure              --first-warmup 10   before the first round of each figure
          --max-calls N       bound on the calls of a round
          --callers 64        calls under way at once            --digits 3          significant digits of latencies
          --rate N            open loop: arrivals per second     --arrivals poisson  or even
          --waiting 10000     open loop: calls that may wait     --out FOLDER        default artifacts/load/...
          --loader-cpus N     cores of the loader, default the last one

        Options of reserve and browse, which start servers and services of their own:
          --service-cpus 0    cores of the service               --database-cpus 0   cores of PostgreSQL
          --sampling 0.01     share of requests traced           --data FOLDER       for the servers' files, on a real disk
          --only PART,...     only figures whose name has one of these parts, as --only hot,bare

        Options of reserve:
          --products 10000    cold products                      --strategies batch,single

        Options of browse:
          --small 10000       products of one catalogue          --products 1000000  of the other; 0 leaves it out
          --searchers 16      searches under way at once

        Options of cache:
          --products 100000   in the catalogue                   --requests 2000000  of each kind
          --rounds 3          of each measurement
        """;
}
