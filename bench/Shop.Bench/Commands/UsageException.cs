namespace Shop.Bench.Commands;

/// <summary>The command line does not say something that can be done. The message is for the user.</summary>
public sealed class UsageException(string message) : Exception(message);
