namespace Shop.ServiceDefaults.Batching;

/// <summary>What became of one item of a batch: a value, or an exception that only its caller sees.</summary>
public readonly record struct BatchOutcome<TResult>(TResult? Value, Exception? Error)
{
    /// <summary>The item succeeded.</summary>
    public static implicit operator BatchOutcome<TResult>(TResult value) => new(value, null);

    /// <summary>The item was refused; its neighbours are not concerned.</summary>
    public static implicit operator BatchOutcome<TResult>(Exception error) => new(default, error);
}
