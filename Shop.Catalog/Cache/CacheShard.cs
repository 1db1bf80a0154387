using System.Diagnostics.CodeAnalysis;

namespace Shop.Catalog.Cache;

/// <summary>One part of a <see cref="BoundedCache{TKey,TValue}"/>, with a lock of its own. Safe for concurrent use.</summary>
/// <param name="capacity">In bytes.</param>
/// <param name="evicted">Called for each value that had to make room, or found none.</param>
internal abstract class CacheShard<TKey, TValue>(long capacity, Action? evicted)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];

    public abstract long Size { get; }

    public int Count => _entries.Count;

    /// <summary>Where new entries come in.</summary>
    protected abstract Segment Entrance { get; }

    /// <param name="hash">Of the key, evenly spread over all bits.</param>
    public bool TryGet(TKey key, ulong hash, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                value = default;
                return false;
            }
            Used_NeedsLock(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <param name="hash">Of the key, evenly spread over all bits.</param>
    public void Set(TKey key, ulong hash, TValue value, int size)
    {
        lock (_lock)
        {
            var home = Entrance;
            if (_entries.TryGetValue(key, out var node))
            {
                home = node.Value.Home!;
                home.Remove(node);
                if (size > capacity) _entries.Remove(key);
            }
            if (size > capacity) return;
            node ??= new LinkedListNode<Entry>(new Entry(key, hash));
            (node.Value.Value, node.Value.Size) = (value, size);
            home.AddFirst(node);
            _entries[key] = node;
            Shrink_NeedsLock(node);
        }
    }

    public void Remove(TKey key)
    {
        lock (_lock)
            if (_entries.Remove(key, out var node)) node.Value.Home!.Remove(node);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            Clear_NeedsLock();
        }
    }

    protected abstract void Used_NeedsLock(LinkedListNode<Entry> node);

    /// <summary>Makes room after a value came in, or a larger one took the place of a smaller.</summary>
    protected abstract void Shrink_NeedsLock(LinkedListNode<Entry> come);

    protected abstract void Clear_NeedsLock();

    protected void Evict_NeedsLock(LinkedListNode<Entry> node)
    {
        node.Value.Home?.Remove(node);
        _entries.Remove(node.Value.Key);
        evicted?.Invoke();
    }

    internal sealed class Entry(TKey key, ulong hash)
    {
        public TKey Key => key;

        public ulong Hash => hash;

        public TValue Value { get; set; } = default!;

        public int Size { get; set; }

        /// <summary>Null while it is in none.</summary>
        public Segment? Home { get; set; }
    }

    /// <summary>Entries in the order of their last use.</summary>
    internal sealed class Segment
    {
        private readonly LinkedList<Entry> _byUse = new();

        public long Size { get; private set; }

        public LinkedListNode<Entry>? Last => _byUse.Last;

        public void AddFirst(LinkedListNode<Entry> node)
        {
            _byUse.AddFirst(node);
            node.Value.Home = this;
            Size += node.Value.Size;
        }

        public void MoveToFront(LinkedListNode<Entry> node)
        {
            if (node.Previous is null) return;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }

        public void Remove(LinkedListNode<Entry> node)
        {
            _byUse.Remove(node);
            node.Value.Home = null;
            Size -= node.Value.Size;
        }

        public void Clear()
        {
            _byUse.Clear();
            Size = 0;
        }
    }
}
