namespace Shop.Catalog.Replication;

/// <summary>What a standby shows, in terms of its primary.</summary>
/// <param name="CompleteAt">Everything that was committed by this time stamp is visible; null when that is not known.</param>
/// <param name="IsCaughtUp">Nothing that the primary is known to have is missing.</param>
/// <param name="Bytes">Log that the primary had when it was last asked and the standby has not replayed.</param>
internal readonly record struct ReplicationPlace(long? CompleteAt, bool IsCaughtUp, ulong Bytes);

/// <summary>
/// When the primary was where in its log, as far as the standby has not passed it: so a position in the log becomes a time,
/// without comparing clocks of machines. Not safe for several threads.
/// </summary>
internal sealed class ReplicationHistory
{
    /// <summary>Four minutes of samples; a standby that is later still is late whatever the exact figure.</summary>
    internal const int Capacity = 1000;

    private readonly List<(long At, ulong Position)> _samples = [];

    internal int Count => _samples.Count;

    /// <param name="at">A time stamp from before the primary was asked, so that its log was not longer at that time.</param>
    public void PrimaryWasAt(long at, ulong position)
    {
        if (_samples.Count > 0 && position == _samples[^1].Position) _samples.RemoveAt(_samples.Count - 1);
        _samples.Add((at, position));
        // The first one counts: it is where the standby was.
        if (_samples.Count > Capacity) _samples.RemoveAt(1);
    }

    public ReplicationPlace Locate(ulong replayed)
    {
        var passed = _samples.FindLastIndex(sample => sample.Position <= replayed);
        if (passed < 0) return new ReplicationPlace(null, false, Missing(replayed));
        _samples.RemoveRange(0, passed);
        return new ReplicationPlace(_samples[0].At, _samples.Count == 1, Missing(replayed));
    }

    private ulong Missing(ulong replayed) =>
        _samples.Count > 0 && _samples[^1].Position > replayed ? _samples[^1].Position - replayed : 0;
}
