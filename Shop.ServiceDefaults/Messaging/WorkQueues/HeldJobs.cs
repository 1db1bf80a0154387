namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>The jobs that this replica holds: those that wait for a free worker, by lane, and with them those at work.</summary>
internal sealed class HeldJobs(WorkQueue queue)
{
    private readonly Lock _lock = new();
    private readonly DrainOrder _order = new(queue.HighsPerLow);
    private readonly Queue<JobDelivery>[] _waiting = [.. queue.Lanes.Select(_ => new Queue<JobDelivery>())];
    private readonly Dictionary<ulong, JobDelivery> _unanswered = [];
    private readonly SemaphoreSlim _available = new(0);

    /// <summary>How many of a lane are not yet answered, and when the oldest of them was enqueued.</summary>
    public (int Count, DateTimeOffset? Oldest) Of(Lane lane)
    {
        lock (_lock)
        {
            var held = _unanswered.Values.Where(delivery => delivery.Lane == lane).ToList();
            return (held.Count, held.Min(delivery => delivery.Enqueued));
        }
    }

    public void Add(JobDelivery delivery)
    {
        lock (_lock)
        {
            _unanswered[delivery.Tag] = delivery;
            _waiting[Index(delivery.Lane)].Enqueue(delivery);
        }

        _available.Release();
    }

    /// <summary>The next one to work on.</summary>
    public async Task<JobDelivery> TakeAsync(CancellationToken cancellationToken)
    {
        await _available.WaitAsync(cancellationToken);
        lock (_lock)
            return _waiting[_waiting.Length == 1 ? 0 : _order.Next(_waiting[0].Count > 0, _waiting[1].Count > 0)].Dequeue();
    }

    public void Answered(JobDelivery delivery)
    {
        lock (_lock)
            _unanswered.Remove(delivery.Tag);
    }

    private int Index(Lane lane) => lane == queue.Lanes[0] ? 0 : 1;
}
