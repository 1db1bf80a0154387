using Npgsql;

namespace Shop.Catalog.Search;

/// <summary>
/// Where lists, search, facets and suggestions read: answers that may be a moment old, so it need not be the primary. A pool of
/// its own, whose sessions cannot write, and plan each statement for its values: how rare a word is decides the plan. They do
/// not read tables from end to end: what a filter leaves of them is not known well enough for that to be a good idea.
/// </summary>
public sealed class CatalogReads(NpgsqlDataSource source)
{
    public const string Database = "catalogdb";

    /// <summary>Settings of the sessions. Pages come from memory or flash, and statements are too short for compiling.</summary>
    public const string Options =
        "-c default_transaction_read_only=on -c plan_cache_mode=force_custom_plan -c random_page_cost=1.1 -c jit=off"
        + " -c enable_seqscan=off -c client_min_messages=warning";

    internal NpgsqlDataSource Source => source;
}
