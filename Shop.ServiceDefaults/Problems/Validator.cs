using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults.Problems;

/// <summary>Collects every broken rule of a request and refuses it once, naming all of them.</summary>
public sealed class Validator
{
    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    /// <summary>Whether no rule is broken so far.</summary>
    public bool IsValid => _errors.Count == 0;

    /// <summary>Every broken rule so far, by field.</summary>
    public IEnumerable<(string Field, string Message)> Errors =>
        _errors.SelectMany(broken => broken.Value.Select(message => (broken.Key, message)));

    /// <summary>Records <paramref name="message"/> under <paramref name="field"/> unless <paramref name="ok"/>.</summary>
    public Validator Check(bool ok, string field, string message)
    {
        if (ok)
            return this;
        if (!_errors.TryGetValue(field, out var messages))
            _errors[field] = messages = [];
        messages.Add(message);
        return this;
    }

    /// <summary>A text that is there, not blank, at most <paramref name="maxLength"/> UTF-16 units and without NUL (PostgreSQL stores none).</summary>
    public Validator Text(string? value, string field, int maxLength) =>
        Check(!string.IsNullOrWhiteSpace(value), field, "is required")
            .Check(value is null || value.Length <= maxLength, field, $"must be at most {maxLength} characters")
            .Check(value is null || !value.Contains('\0'), field, "must not contain NUL characters");

    /// <summary>Throws a 400 <c>invalid</c> with <c>errors:{field:[…]}</c> when a rule is broken.</summary>
    public void ThrowIfInvalid()
    {
        if (IsValid)
            return;
        var (field, messages) = _errors.First();
        var problem = new ProblemException(StatusCodes.Status400BadRequest, ProblemCodes.Invalid, $"{field} {messages[0]}", field);
        problem.Extensions["errors"] = _errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal);
        throw problem;
    }
}
