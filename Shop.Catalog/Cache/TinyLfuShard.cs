namespace Shop.Catalog.Cache;

/// <summary>
/// Keeps what is used often. What is new comes into a small window; who leaves that gets a place in the main part only if it is
/// asked for more often than the one who would have to go, by a sketch of frequencies that forgets. So a crawler that reads every
/// product once pushes out nothing. In the main part, whoever is used again is protected from those who were not
/// (W-TinyLFU: Einziger, Friedman, Manes, TinyLFU: A Highly Efficient Cache Admission Policy, ACM TOS 13(4), 2017).
/// </summary>
internal sealed class TinyLfuShard<TKey, TValue> : CacheShard<TKey, TValue>
    where TKey : notnull
{
    // Shares of the capacity: the window's 1 %, and 80 % of the main part protected, are the paper's.
    private const int WindowShare = 100;
    private const double ProtectedShare = 0.8;

    private readonly long _windowCapacity;
    private readonly long _mainCapacity;
    private readonly long _protectedCapacity;
    private readonly FrequencySketch _frequencies;
    private readonly Segment _probation = new();
    private readonly Segment _protected = new();

    public TinyLfuShard(long capacity, Action? evicted)
        : base(capacity, evicted)
    {
        _windowCapacity = capacity / WindowShare;
        _mainCapacity = capacity - _windowCapacity;
        _protectedCapacity = (long)(_mainCapacity * ProtectedShare);
        _frequencies = new FrequencySketch(capacity);
    }

    public override long Size => Entrance.Size + MainSize;

    /// <summary>The window.</summary>
    protected override Segment Entrance { get; } = new();

    private long MainSize => _probation.Size + _protected.Size;

    protected override void Used_NeedsLock(LinkedListNode<Entry> node)
    {
        _frequencies.Increment(node.Value.Hash, Count);
        var home = node.Value.Home!;
        if (home != _probation)
        {
            home.MoveToFront(node);
            return;
        }
        _probation.Remove(node);
        _protected.AddFirst(node);
        DemoteTheLeastUsed();
    }

    protected override void Shrink_NeedsLock(LinkedListNode<Entry> come)
    {
        _frequencies.Increment(come.Value.Hash, Count);
        DemoteTheLeastUsed();
        while (MainSize > _mainCapacity) Evict_NeedsLock(Victim!);
        while (Entrance.Size > _windowCapacity)
        {
            var candidate = Entrance.Last!;
            Entrance.Remove(candidate);
            AdmitOrEvict(candidate);
        }
    }

    protected override void Clear_NeedsLock()
    {
        Entrance.Clear();
        _probation.Clear();
        _protected.Clear();
    }

    private LinkedListNode<Entry>? Victim => _probation.Last ?? _protected.Last;

    private void AdmitOrEvict(LinkedListNode<Entry> candidate)
    {
        while (MainSize + candidate.Value.Size > _mainCapacity)
        {
            if (Victim is not { } victim || Frequency(victim) >= Frequency(candidate))
            {
                Evict_NeedsLock(candidate);
                return;
            }
            Evict_NeedsLock(victim);
        }
        _probation.AddFirst(candidate);
    }

    private void DemoteTheLeastUsed()
    {
        while (_protected.Size > _protectedCapacity)
        {
            var least = _protected.Last!;
            _protected.Remove(least);
            _probation.AddFirst(least);
        }
    }

    private int Frequency(LinkedListNode<Entry> node) => _frequencies.Estimate(node.Value.Hash);
}
