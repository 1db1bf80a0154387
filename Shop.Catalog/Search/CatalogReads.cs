using System.Security.Claims;
using Npgsql;
using Shop.Catalog.Replication;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Search;

/// <summary>What a reader of lists may be shown.</summary>
public enum Freshness
{
    /// <summary>What was true a moment ago, <see cref="StandbyOptions.MaxLag"/> at most.</summary>
    MayLag,

    /// <summary>What is true now, one's own changes above all.</summary>
    Current,
}

internal static class Readers
{
    /// <summary>Administrators must see what they did.</summary>
    public static Freshness Freshness(this ClaimsPrincipal reader) =>
        reader.IsInRole(ShopClaims.Admin) ? Search.Freshness.Current : Search.Freshness.MayLag;
}

/// <summary>
/// Where lists, search, facets and suggestions read: answers that may be a moment old, so it is a standby while there is one that
/// is close enough, else the primary. Pools of their own, whose sessions cannot write, and plan each statement for its values: how
/// rare a word is decides the plan. They do not read tables from end to end: what a filter leaves of them is not known well enough
/// for that to be a good idea.
/// </summary>
public sealed class CatalogReads(NpgsqlDataSource primary, Standby? standby, ReplicationMetrics metrics)
{
    public const string Database = "catalogdb";

    /// <summary>Settings of the sessions. Pages come from memory or flash, and statements are too short for compiling.</summary>
    public const string Options =
        "-c default_transaction_read_only=on -c plan_cache_mode=force_custom_plan -c random_page_cost=1.1 -c jit=off"
        + " -c enable_seqscan=off -c client_min_messages=warning";

    internal NpgsqlDataSource Primary => primary;

    /// <summary>Reads what may lag.</summary>
    /// <param name="read">Runs a second time, on the primary, when the standby fails; so it makes its commands anew.</param>
    public Task<T> ReadAsync<T>(Func<NpgsqlDataSource, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        ReadAsync(Freshness.MayLag, read, cancellationToken);

    /// <inheritdoc cref="ReadAsync{T}(Func{NpgsqlDataSource, CancellationToken, Task{T}}, CancellationToken)"/>
    public async Task<T> ReadAsync<T>(
        Freshness freshness, Func<NpgsqlDataSource, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        if (freshness == Freshness.MayLag && standby is not null)
        {
            var (succeeded, result) = await TryStandbyAsync(standby, read, cancellationToken);
            if (succeeded) return result!;
        }
        metrics.ReadFrom("primary");
        return await read(primary, cancellationToken);
    }

    private async Task<(bool Succeeded, T? Result)> TryStandbyAsync<T>(
        Standby server, Func<NpgsqlDataSource, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        if (!server.IsUsable)
        {
            metrics.FellBack(server.State == StandbyState.Following ? "late" : server.State.ToString().ToLowerInvariant());
            return default;
        }
        try
        {
            return (true, await server.ReadAsync(read, cancellationToken));
        }
        catch (Exception failed) when (!cancellationToken.IsCancellationRequested && Standby.CanBeRepeated(failed))
        {
            server.Failed(failed);
            metrics.FellBack("failed");
            return default;
        }
    }
}
