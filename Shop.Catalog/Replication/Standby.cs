using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Replication;

/// <summary>Why a standby is read, or not.</summary>
public enum StandbyState
{
    /// <summary>Nobody has looked yet.</summary>
    Unknown,

    /// <summary>It follows its primary; how closely is another question.</summary>
    Following,

    /// <summary>It does not answer, or a read on it failed.</summary>
    Away,

    /// <summary>It takes writes of its own, so it does not show what the primary has.</summary>
    Promoted,

    /// <summary>It follows a primary that is not ours.</summary>
    Foreign,
}

/// <summary>Where the primary is in its log, and which cluster it is.</summary>
internal sealed record PrimaryAnswer(ulong Position, long Cluster);

/// <summary>How far the standby has replayed, out of what it has received.</summary>
internal sealed record StandbyAnswer(bool InRecovery, ulong Replayed, ulong Received, long Cluster);

/// <summary>
/// A streaming standby of the catalogue's database. It is read while everything is visible on it that the primary had committed
/// <see cref="StandbyOptions.MaxLag"/> ago: so when its log stands still, or nobody looks any more, it is out by the clock alone.
/// </summary>
public sealed class Standby(NpgsqlDataSource source, IOptions<StandbyOptions> options, ReplicationMetrics metrics, TimeProvider time)
{
    /// <summary>Short of the patience of whoever asked, so that the primary can still be read for them.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(1.5);

    private readonly Lock _lock = new();
    private readonly ReplicationHistory _history = new();
    private volatile Reading _last = new(StandbyState.Unknown, null, false, 0);

    public StandbyState State => _last.State;

    /// <summary>Whether what it shows is as young as promised.</summary>
    public bool IsUsable => _last is { State: StandbyState.Following, CompleteAt: { } completeAt }
        && time.GetElapsedTime(completeAt) <= options.Value.MaxLag;

    /// <summary>Zero when nothing is missing; null before it was known to be complete at any time.</summary>
    public TimeSpan? Lag => _last switch
    {
        { CompleteAt: null } => null,
        { State: StandbyState.Following, IsCaughtUp: true } => TimeSpan.Zero,
        var last => time.GetElapsedTime(last.CompleteAt.Value),
    };

    /// <summary>Bytes of log that it has still to replay.</summary>
    public long MissingBytes => (long)_last.Bytes;

    /// <param name="read">Reads only, and can be run again elsewhere when this fails.</param>
    public async Task<T> ReadAsync<T>(Func<NpgsqlDataSource, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var result = await TimeLimit.RunAsync(ReadLimit, time, token => read(source, token), cancellationToken);
        metrics.ReadFrom("standby");
        return result;
    }

    /// <summary>Whether the primary may succeed where the standby failed: it lacks a table yet, cancels what is in the way of its replay, is away.</summary>
    public static bool CanBeRepeated(Exception failed) =>
        failed is NpgsqlException || DatabaseErrors.IsAway(failed);

    /// <summary>A read failed on it. Unless that was the statement's fault, nobody else tries before it has been looked at again.</summary>
    public void Failed(Exception failed)
    {
        if (IsGone(failed)) _last = _last with { State = StandbyState.Away };
    }

    // Connections broken or refused, or a server that stops, starts or has crashed. One that is slow or full answers others.
    private static bool IsGone(Exception failed) => failed is
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow }
        or NpgsqlException { InnerException: SocketException or IOException } or SocketException;

    /// <param name="asked">A time stamp from before both were asked, the primary first.</param>
    /// <param name="answered">A time stamp from when the standby had answered.</param>
    /// <param name="primary">Null when it did not answer.</param>
    /// <param name="standby">Null when it did not answer.</param>
    internal void Observe(long asked, long answered, PrimaryAnswer? primary, StandbyAnswer? standby)
    {
        lock (_lock)
            _last = Judge_NeedsLock(asked, answered, primary, standby);
    }

    private Reading Judge_NeedsLock(long asked, long answered, PrimaryAnswer? primary, StandbyAnswer? standby)
    {
        if (standby is null) return _last with { State = StandbyState.Away };
        if (!standby.InRecovery) return _last with { State = StandbyState.Promoted };
        if (primary is not null && primary.Cluster != standby.Cluster) return _last with { State = StandbyState.Foreign };
        if (primary is not null) _history.PrimaryWasAt(asked, primary.Position);
        var place = _history.Locate(standby.Replayed);
        // A primary that does not answer cannot be read either: what it is known to have had is the best there is, as of now. It was
        // waited for in vain, and that time would use up the bound.
        var isTheBest = primary is null && place.IsCaughtUp && standby.Replayed >= standby.Received;
        return new Reading(StandbyState.Following, isTheBest ? answered : place.CompleteAt, place.IsCaughtUp, place.Bytes);
    }

    private sealed record Reading(StandbyState State, long? CompleteAt, bool IsCaughtUp, ulong Bytes);
}
