namespace Shop.Catalog.Cache;

/// <summary>Keeps what was used last.</summary>
internal sealed class LruShard<TKey, TValue>(long capacity, Action? evicted) : CacheShard<TKey, TValue>(capacity, evicted)
    where TKey : notnull
{
    private readonly long _capacity = capacity;

    public override long Size => Entrance.Size;

    protected override Segment Entrance { get; } = new();

    protected override void Used_NeedsLock(LinkedListNode<Entry> node) => Entrance.MoveToFront(node);

    protected override void Shrink_NeedsLock(LinkedListNode<Entry> come)
    {
        while (Entrance.Size > _capacity) Evict_NeedsLock(Entrance.Last!);
    }

    protected override void Clear_NeedsLock() => Entrance.Clear();
}
